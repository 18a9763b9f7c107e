(() => {
  const NAME = "kalends-undo";
  const MAX_EDITS = 50;
  const SECONDS = 8;
  const SECONDS_OF_ERROR = 12;
  const FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
  const words = document.getElementById(NAME).dataset;
  const other = { undo: "redo", redo: "undo" };

  // What was edited in this tab, the last at the end, and what was taken back of it; `seen`: keys that pages came with.
  const kept = () => {
    try {
      const kept = JSON.parse(sessionStorage.getItem(NAME));
      if (kept?.user === words.user) return kept;
    } catch {
      // There is none, or it may not be read.
    }
    return { user: words.user, undo: [], redo: [], seen: [] };
  };
  let edits = kept();
  const keep = () => {
    for (const list of [edits.undo, edits.redo, edits.seen]) list.splice(0, list.length - MAX_EDITS);
    try {
      sessionStorage.setItem(NAME, JSON.stringify(edits));
    } catch {
      // It may not be written: what is edited from now on is forgotten with the page.
    }
  };
  const add = (undo, text) => {
    edits.undo.push({ undo, text });
    edits.redo = [];
    keep();
  };

  const make = (name, className, text, ...children) => {
    const element = document.createElement(name);
    element.className = className;
    if (text) element.textContent = text;
    element.append(...children);
    return element;
  };
  const button = (className, text, act) => {
    const made = make("button", className, text);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  };
  const icon = (path) => {
    const made = document.createElement("template");
    made.innerHTML = `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg>`;
    return made.content;
  };

  const region = () => document.querySelector(".toasts");
  const endInTime = (message, seconds) => {
    const end = () => {
      if (!message.isConnected) return;
      // It was to be read for so long, by nobody who has a hand on it.
      if (message === region().lastElementChild && !message.matches(":hover, :focus-within")) message.remove();
      else setTimeout(end, seconds * 1000);
    };
    setTimeout(end, seconds * 1000);
  };
  const say = (text, { error, offers } = {}) => {
    const shown = make("span", "toast__text", text);
    shown.dir = "auto";
    const message = make("div", error ? "toast toast--error" : "toast", "", shown);
    if (error) message.prepend(icon("M12 8v4.5M12 16h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z"));
    if (offers) {
      const offer = button("button button--small", words[offers], () => go(offers));
      const keys = offers === "undo" ? "Z" : "Shift+Z";
      offer.title = `Ctrl+${keys}`;
      offer.setAttribute("aria-keyshortcuts", `Control+${keys} Meta+${keys}`);
      message.append(offer);
    }
    const close = button("icon-button icon-button--small", "", () => message.remove());
    close.setAttribute("aria-label", words.dismiss);
    close.append(icon("M6 6l12 12M18 6 6 18"));
    message.append(close);
    // One at a time. What can be undone waits for an error to be read; it ends with the next thing that was done, as undoing out of
    // order would surprise.
    const focused = region().querySelector(":focus-visible");
    for (const old of [...region().children]) if (!error || !old.querySelector(".button")) old.remove();
    region().append(message);
    if (focused && !focused.isConnected) message.querySelector("button").focus();
    endInTime(message, error ? SECONDS_OF_ERROR : SECONDS);
  };

  // Asks whether what has changed since shall be overwritten.
  const isMeant = (text) =>
    new Promise((answer) => {
      const heading = make("h2", "", words.heading);
      heading.id = `${NAME}-heading`;
      const dialog = make("dialog", "dialog dialog--small");
      const stay = button("button", words.keep, () => dialog.close());
      const go = button("button button--danger", words.anyway, () => dialog.close("go"));
      stay.autofocus = true;
      dialog.append(
        make("div", "dialog__head", "", heading),
        make("div", "dialog__body", "", make("p", "", text)),
        make("div", "dialog__foot", "", stay, go),
      );
      dialog.setAttribute("role", "alertdialog");
      dialog.setAttribute("aria-labelledby", heading.id);
      dialog.addEventListener("cancel", () => dialog.close());
      dialog.addEventListener("close", () => {
        dialog.remove();
        answer(dialog.returnValue === "go");
      });
      document.body.append(dialog);
      dialog.showModal();
    });

  const ask = async (undo, over) => {
    const body = new URLSearchParams({ undo, over: over ? JSON.stringify(over) : "" });
    try {
      const answer = await fetch("/undo", { method: "POST", headers: { accept: "application/json" }, body });
      return { status: answer.status, ...(await answer.json()) };
    } catch {
      return { status: 0, text: words.unreachable };
    }
  };

  // Edits that are on their way to the server are taken back when they are known.
  let editing = 0;
  const settled = async () => {
    while (editing) await new Promise((done) => setTimeout(done, 50));
  };

  // Takes the last edit back, or does again what was taken back last.
  const move = async (from) => {
    await settled();
    const edit = edits[from].at(-1);
    if (!edit) return say(from === "undo" ? words.noUndo : words.noRedo);
    const drop = () => {
      edits[from] = edits[from].filter((other) => other !== edit);
      keep();
    };
    let said = await ask(edit.undo);
    while (said.over) {
      if (!(await isMeant(said.text))) return drop();
      said = await ask(edit.undo, said.over);
    }
    if (said.status !== 200) {
      // What will never succeed is not in the way of what was done before it.
      if ([403, 404, 422].includes(said.status)) drop();
      return say(said.text, { error: true });
    }
    drop();
    if (said.undo) edits[other[from]].push({ undo: said.undo, text: edit.text });
    keep();
    for (const form of document.querySelectorAll("form[data-undo]")) if (form.undo.value === edit.undo) form.remove();
    dispatchEvent(new Event("kalends-undone"));
    const done = (from === "undo" ? words.undone : words.redone).replace("{what}", () => edit.text);
    say(`${done} ${said.text}`.trim(), { offers: said.undo && other[from] });
  };
  let turn = Promise.resolve();
  const go = (from) => (turn = turn.then(() => move(from)).catch(() => undefined));

  addEventListener(NAME, ({ detail }) => {
    const [kind, undo, ...rest] = detail.split(" ");
    const text = rest.join(" ");
    if (kind === "begin") editing++;
    else if (kind === "end") editing--;
    else {
      if (undo) add(undo, text);
      say(text, { error: kind === "error", offers: undo && "undo" });
    }
  });

  addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    const back = key === "z" && (event.ctrlKey || event.metaKey);
    if (!back && !(key === "y" && event.ctrlKey && !event.metaKey)) return;
    if (event.defaultPrevented || event.altKey || event.repeat || event.target.closest?.(FIELDS)) return;
    if (document.querySelector("dialog[open], [data-dragging]")) return;
    event.preventDefault();
    go(back && !event.shiftKey ? "undo" : "redo");
  });

  // What the page itself offers to take back: it was done by a plain form.
  const adopt = () => {
    for (const form of document.querySelectorAll("form[data-undo]")) {
      const { value } = form.undo;
      if (edits.seen.includes(value)) continue;
      edits.seen.push(value);
      add(value, form.dataset.undo);
    }
    for (const message of region().children) endInTime(message, SECONDS);
  };
  addEventListener("submit", (event) => {
    const { undo } = event.target;
    if (!event.target.matches("form[data-undo]") || edits.undo.at(-1)?.undo !== undo.value) return;
    event.preventDefault();
    go("undo");
  });
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) edits = kept();
  });
  adopt();
})();
