(() => {
  const words = document.getElementById("kalends-mail").dataset;
  const FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const part = (name, within) => one(`[data-mail-part="${name}"]`, within);
  const root = document.documentElement;
  root.dataset.mail = "";

  // A page of this site as a document; nothing where it cannot be had, or is another than was asked for.
  const get = async (path) => {
    const answer = await fetch(path, { headers: { accept: "text/html" } }).catch(() => undefined);
    if (!answer?.ok || answer.redirected) return undefined;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };

  // ---- What is chosen ----

  const rows = () => all(".mail-row");
  const box = (row) => one("[name=m]", row);
  const count = () => {
    const boxes = rows().map(box);
    const chosen = boxes.filter(({ checked }) => checked).length;
    const every = one("[data-mail-all]");
    const hint = one("[data-mail-hint]");
    if (!every) return;
    every.checked = chosen > 0 && chosen === boxes.length;
    every.indeterminate = chosen > 0 && chosen < boxes.length;
    every.ariaLabel = chosen ? words.chosen.replace("{count}", chosen) : (every.dataset.label ??= every.ariaLabel);
    hint.dataset.text ??= hint.textContent;
    hint.textContent = chosen ? words.chosen.replace("{count}", chosen) : hint.dataset.text;
  };
  let last;
  addEventListener("click", (event) => {
    if (!event.target.matches?.(".mail-row [name=m]")) return;
    const at = rows().indexOf(event.target.closest(".mail-row"));
    // From the one before to this one.
    if (event.shiftKey && last !== undefined) {
      const [from, to] = [Math.min(last, at), Math.max(last, at)];
      for (const row of rows().slice(from, to + 1)) box(row).checked = event.target.checked;
    }
    last = at;
    count();
  });
  addEventListener("change", ({ target }) => {
    if (!target.matches("[data-mail-all]")) return;
    for (const row of rows()) box(row).checked = target.checked;
    count();
  });

  // ---- What arrives ----

  const here = () => part("list")?.dataset.here;
  // What is under a finger stays there until the finger is gone, and with it the click that it makes.
  let pressed = false;
  addEventListener("pointerdown", () => (pressed = true), true);
  for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, () => setTimeout(() => (pressed = false)), true);
  let asked = 0;
  const renew = async () => {
    const card = one("[data-mail-card]");
    const path = here() ?? (card ? "/" : undefined);
    if (!path) return;
    const mine = ++asked;
    const page = await get(path);
    if (!page || mine !== asked) return;
    if (pressed) return renewSoon();
    if (card) return card.replaceWith(one("[data-mail-card]", page) ?? "");
    if (path !== here()) return;
    const old = new Map(rows().map((row) => [row.dataset.message, row]));
    const focused = document.activeElement?.closest(".mail-row")?.dataset.message;
    const inBox = document.activeElement?.name === "m";
    const current = one(".mail-row [aria-current]")?.closest(".mail-row").dataset.message;
    for (const row of all(".mail-row", page)) {
      const { message } = row.dataset;
      const before = old.get(message);
      if (!before) row.classList.add("mail-row--new");
      else box(row).checked = box(before).checked;
      if (message === current) one("a", row).setAttribute("aria-current", "true");
    }
    one(".mail-rows").replaceWith(one(".mail-rows", page));
    const [empty, none] = [one(".mail-form > .mail-empty"), one(".mail-form > .mail-empty", page)];
    if (empty && !none) empty.remove();
    else if (!empty && none) one(".mail-rows").before(none);
    const total = one(".mail-head__title > .hint", page);
    if (total) one(".mail-head__title > .hint").textContent = total.textContent;
    const folders = part("folders", page);
    // On a phone somebody who has opened them is choosing one.
    if (folders && !one(".mail__switch:checked")?.checkVisibility()) one(".mail__folders").replaceWith(one(".mail__folders", folders));
    const row = focused && one(`[data-message="${focused}"]`);
    if (row) (inBox ? box(row) : one("a", row)).focus({ preventScroll: true });
    count();
  };
  let due;
  const renewSoon = () => {
    clearTimeout(due);
    due = setTimeout(renew, 150);
  };
  addEventListener("kalends-undone", renewSoon);
  let wasLive = false;
  addEventListener("kalends-live", ({ detail }) => {
    const [kind] = detail.split(" ");
    if (kind === "mail" || (kind === "live" && wasLive)) renewSoon();
    if (kind === "live") wasLive = true;
  });

  // ---- Messages beside the list ----

  // A frame is as high as what is in it: no script runs there, so that this one measures.
  const measure = (frame) => {
    const fit = () => {
      const inside = frame.contentDocument?.documentElement;
      if (!inside?.isConnected) return;
      frame.style.height = "0";
      frame.style.height = `${Math.ceil(inside.scrollHeight) + (inside.scrollWidth > inside.clientWidth ? 16 : 0)}px`;
    };
    const begin = () => {
      const body = frame.contentDocument?.body;
      if (!body || frame.contentDocument.URL === "about:blank") return;
      fit();
      let width = 0;
      new ResizeObserver(() => {
        if (frame.clientWidth === width) return;
        width = frame.clientWidth;
        fit();
      }).observe(frame);
      for (const image of body.querySelectorAll("img")) image.addEventListener("load", fit);
    };
    frame.addEventListener("load", begin);
    if (frame.contentDocument?.readyState === "complete") begin();
  };
  const frames = () => {
    for (const frame of all("[data-mail-frame]:not([data-seen])")) {
      frame.dataset.seen = "";
      measure(frame);
    }
  };

  // Where both stand side by side, the list stays as it is: its place, and what is chosen.
  const wide = matchMedia("(min-width: 72.01rem)");
  const show = async (link, push) => {
    const page = await get(link.href);
    const reader = page && part("reader", page);
    if (!reader) return location.assign(link.href);
    const old = one(".mail__reader");
    old.replaceWith(reader);
    document.title = page.title;
    if (push) history.pushState({ mail: true }, "", link.href);
    for (const row of rows()) {
      const anchor = one("a", row);
      const isIt = anchor.pathname === new URL(link.href).pathname;
      anchor.toggleAttribute("aria-current", isIt);
      if (!isIt) continue;
      anchor.setAttribute("aria-current", "true");
      row.classList.remove("mail-row--unread");
    }
    one(".mail__folders").replaceWith(one(".mail__folders", page));
    // The message is what the page is about from now on.
    const list = one("main.mail__list");
    if (list) {
      const { scrollTop } = list;
      const focused = document.activeElement;
      const section = document.createElement("section");
      section.className = list.className;
      section.ariaLabel = one(".mail-rows").ariaLabel;
      section.append(...list.childNodes);
      list.replaceWith(section);
      section.scrollTop = scrollTop;
      focused?.focus({ preventScroll: true });
    }
    frames();
  };
  addEventListener("click", (event) => {
    const link = event.target.closest?.(".mail-row__link");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (!wide.matches || link.pathname === "/mail/write") return;
    event.preventDefault();
    show(link, true);
  });
  addEventListener("popstate", () => {
    const link = all(".mail-row__link").find(({ pathname }) => pathname === location.pathname);
    if (link && wide.matches) show(link, false);
    else location.reload();
  });

  // ---- Keys ----

  const current = () => document.activeElement?.closest(".mail-row") ?? one(".mail-row [aria-current]")?.closest(".mail-row");
  const step = (by) => {
    const list = rows();
    const at = list.indexOf(current());
    const next = list[at < 0 ? 0 : Math.min(Math.max(at + by, 0), list.length - 1)];
    if (!next) return;
    const link = one("a", next);
    link.focus();
    next.scrollIntoView({ block: "nearest" });
    // Where a message is open, the next one is: reading goes on.
    if (part("reader") && wide.matches && !link.hasAttribute("aria-current")) show(link, true);
    else if (part("reader") && !wide.matches) link.click();
  };
  // Presses a button for what is chosen, else for the message that is open, else for the row that has the focus.
  const press = (value) => {
    const form = part("list");
    const chosen = form && one(".mail-rows :checked", form);
    const reader = part("reader");
    const button = (within) => within && one(`button[name=do][value="${value}"]`, within);
    if (!chosen && reader && !document.activeElement?.closest(".mail-rows")) return button(reader)?.click();
    const row = current();
    if (!form || !(chosen || row)) return undefined;
    if (!chosen) box(row).checked = true;
    return button(form)?.click();
  };
  const follow = (key) => part("reader") && one(`[aria-keyshortcuts="${key}"]`, part("reader"))?.click();
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    x: () => {
      const row = current();
      if (row) box(row).checked = !box(row).checked;
      count();
    },
    e: () => press("archive"),
    "#": () => press("delete"),
    "!": () => press(one('[value="not-junk"]') ? "not-junk" : "junk"),
    s: () => press(part("reader") && one('.thread [value="unflag"]') ? "unflag" : "flag"),
    U: () => press("unread"),
    r: () => follow("r"),
    a: () => follow("a"),
    f: () => follow("f"),
    v: () => {
      if (!part("reader")) return one(".mail-bulk__to")?.focus();
      const places = one(".thread__move");
      if (!places) return undefined;
      places.open = true;
      return one("button", places).focus();
    },
    u: () => part("reader") && location.assign(part("reader").dataset.back),
    c: () => location.assign("/mail/write"),
    "/": () => one("[name=q]")?.focus(),
    "?": () => one("#mail-keys")?.togglePopover(),
  };
  let goes = 0;
  addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (key === "Enter" && (event.ctrlKey || event.metaKey)) return one('[data-mail-draft] [value="send"]')?.click();
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (key === "Escape" && target.matches?.("[name=q]")) return target.blur();
    const places = key === "Escape" && target.closest?.(".thread__move");
    if (places) {
      places.open = false;
      return one("summary", places).focus();
    }
    if (target.closest?.(FIELDS) || !one(".mail")) return;
    const then = Date.now() - goes < 1500;
    goes = key === "g" ? Date.now() : 0;
    if (then && key === "i") return location.assign("/mail/inbox");
    const act = keys[key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // ---- Drafts ----

  // Text with formatting. What is kept of what is pasted or stored is what the bar can make, so that what goes out is what is seen.
  const BLOCKS = "BLOCKQUOTE,DIV,H1,H2,H3,LI,OL,P,PRE,UL".split(",");
  const KEPT = [...BLOCKS, ..."A,B,BR,CODE,EM,I,S,STRONG,U".split(",")];
  const tidy = (node) => {
    for (const child of [...node.childNodes]) {
      if (child.nodeType === Node.TEXT_NODE) continue;
      if (child.nodeType !== Node.ELEMENT_NODE || child.matches("head, script, style, template, title")) {
        child.remove();
        continue;
      }
      tidy(child);
      if (!KEPT.includes(child.tagName)) {
        child.replaceWith(...child.childNodes);
        continue;
      }
      for (const { name, value } of [...child.attributes]) {
        if (child.tagName !== "A" || name !== "href" || !/^(https?|mailto):/i.test(value)) child.removeAttribute(name);
      }
    }
    return node;
  };
  const parsed = (html) => tidy(new DOMParser().parseFromString(html, "text/html").body);
  // A plain text with its quotations.
  const formatted = (text) => {
    const top = document.createElement("div");
    let [at, depth] = [top, 0];
    for (const line of text.replace(/\n$/, "").split("\n")) {
      const [marks] = /^(> ?)*/.exec(line);
      const level = marks.replaceAll(" ", "").length;
      for (; depth < level; depth++) at = at.appendChild(document.createElement("blockquote"));
      for (; depth > level; depth--) at = at.parentNode;
      const row = at.appendChild(document.createElement("div"));
      row.append(line.slice(marks.length) || document.createElement("br"));
    }
    return top;
  };
  // The lines of what has formatting, as plain text has them.
  const lines = (node) => {
    const found = [""];
    const add = (block, first, rest) => {
      if (found.at(-1) === "") found.pop();
      block.forEach((line, at) => found.push((at ? rest : first) + line));
      found.push("");
    };
    for (const child of node.childNodes) {
      const { tagName } = child;
      if (child.nodeType === Node.TEXT_NODE) {
        const line = found.pop();
        let { data } = child;
        // Where its source breaks, HTML has a space, and none between blocks.
        if (!node.closest("pre")) {
          data = data.replace(/^[ \t]*[\r\n][ \t\r\n]*/, line && " ").replace(/[ \t]*[\r\n][ \t\r\n]*/g, " ");
        }
        found.push(...(line + data.replaceAll("\u00a0", " ")).split("\n"));
      }
      else if (tagName === "BR") found.push("");
      else if (tagName === "BLOCKQUOTE") add(lines(child), "> ", "> ");
      else if (tagName === "LI" && node.tagName === "OL") add(lines(child), `${[...node.children].indexOf(child) + 1}. `, "   ");
      else if (tagName === "LI") add(lines(child), "- ", "  ");
      else if (BLOCKS.includes(tagName)) add(lines(child), "", "");
      else {
        const [first, ...rest] = lines(child);
        found.push(found.pop() + first, ...rest);
        const href = tagName === "A" && child.getAttribute("href");
        if (href && href !== child.textContent) found.push(`${found.pop()} <${href}>`);
      }
    }
    if (found.length > 1 && found.at(-1) === "") found.pop();
    return found;
  };
  const write = (draft) => {
    const plain = draft.elements.text;
    const rich = one("[data-mail-rich]", draft);
    const editor = one("[contenteditable]", rich);
    const button = one("[data-mail-format]", draft);
    const html = document.createElement("input");
    Object.assign(html, { type: "hidden", name: "html" });
    const keep = () => {
      plain.value = lines(editor).join("\n");
      html.value = editor.innerHTML;
    };
    const open = (content) => {
      editor.replaceChildren(...content.childNodes);
      rich.hidden = false;
      plain.hidden = true;
      rich.append(html);
      button.ariaPressed = "true";
      keep();
    };
    const close = () => {
      html.remove();
      html.value = "";
      rich.hidden = true;
      plain.hidden = false;
      button.ariaPressed = "false";
    };
    button.hidden = false;
    button.addEventListener("click", () => {
      const isOpen = !rich.hidden;
      if (isOpen) close();
      else open(formatted(plain.value));
      (isOpen ? plain : editor).focus();
      plain.dispatchEvent(new Event("input", { bubbles: true }));
    });
    editor.addEventListener("input", keep);
    const insert = (event, data) => {
      const [html, text] = ["text/html", "text/plain"].map((kind) => data?.getData(kind));
      if (!html && !text) return;
      event.preventDefault();
      if (html) document.execCommand("insertHTML", false, parsed(html).innerHTML);
      else document.execCommand("insertText", false, text);
    };
    editor.addEventListener("paste", (event) => insert(event, event.clipboardData));
    // What comes from elsewhere is tidied as what is pasted is; what is moved within the text is that already.
    let isMoved = false;
    editor.addEventListener("dragstart", () => (isMoved = true));
    editor.addEventListener("dragend", () => (isMoved = false));
    editor.addEventListener("drop", (event) => {
      if (isMoved) return;
      const at = document.caretRangeFromPoint?.(event.clientX, event.clientY);
      editor.focus();
      if (at) getSelection().setBaseAndExtent(at.startContainer, at.startOffset, at.startContainer, at.startOffset);
      insert(event, event.dataTransfer);
    });
    const bar = one("[role=toolbar]", rich);
    const buttons = all("button", bar);
    const deeds = {
      quote: () => document.execCommand("formatBlock", false, editor.contains(quotation()) ? "div" : "blockquote"),
      link: () => {
        const address = prompt(rich.dataset.link, "https://");
        if (address) document.execCommand("createLink", false, address);
      },
    };
    const quotation = () => {
      const { anchorNode } = getSelection();
      return (anchorNode?.nodeType === Node.ELEMENT_NODE ? anchorNode : anchorNode?.parentElement)?.closest("blockquote");
    };
    const state = () => {
      if (rich.hidden || !editor.contains(getSelection().anchorNode)) return;
      for (const button of buttons.slice(0, 5)) button.ariaPressed = String(document.queryCommandState(button.dataset.deed));
    };
    // The text keeps what is chosen in it.
    bar.addEventListener("mousedown", (event) => event.preventDefault());
    bar.addEventListener("click", ({ target }) => {
      const deed = target.closest("button")?.dataset.deed;
      if (!deed) return;
      editor.focus();
      if (deeds[deed]) deeds[deed]();
      else document.execCommand(deed);
      keep();
      state();
    });
    // One stop for the keyboard, and arrows within (the pattern of toolbars).
    buttons.forEach((button, at) => (button.tabIndex = at ? -1 : 0));
    bar.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      const at = buttons.indexOf(document.activeElement);
      const next = buttons[(at + by + buttons.length) % buttons.length];
      buttons.forEach((button) => (button.tabIndex = button === next ? 0 : -1));
      next.focus();
    });
    document.addEventListener("selectionchange", state);
    // Another signature in the place of the one that stands there as it was.
    const sign = (old, next) => {
      if (rich.hidden) {
        const is = old.trimEnd();
        const at = is ? plain.value.lastIndexOf(is) : plain.value.length;
        const rest = plain.value.slice(at + is.length);
        if (at >= 0 && /^(\n|$)/.test(rest)) plain.value = plain.value.slice(0, at) + next.trimEnd() + rest;
        return;
      }
      const written = old.trim().split("\n");
      const blocks = [...editor.children];
      const at = blocks.findLastIndex((_, at) => old && written.every((line, more) => blocks[at + more]?.textContent.trim() === line.trim()));
      if (old && at < 0) return;
      const others = old ? blocks.slice(at, at + written.length) : [];
      if (next) formatted(old ? next.trim() : next).childNodes.forEach((line) => editor.insertBefore(line.cloneNode(true), others[0] ?? null));
      for (const line of others) line.remove();
      keep();
    };
    if (rich.dataset.html) open(parsed(rich.dataset.html));
    return { html, sign, open, close };
  };

  const store = (text) => {
    try {
      if (text) sessionStorage.mail = text;
      else sessionStorage.removeItem("mail");
    } catch {
      // There is no room, or it is not allowed.
    }
  };
  const copied = () => {
    try {
      return JSON.parse(sessionStorage.mail);
    } catch {
      return undefined;
    }
  };
  const draft = one("[data-mail-draft]");
  // What was sent has arrived where it leads on to another page.
  if (!draft && copied()?.why === "sent") store();
  if (draft) {
    const { html, sign, open, close } = write(draft);
    const state = one("[data-mail-state]");
    const TYPED = "input:not([type=file], [type=hidden]), select, textarea";
    const read = () => JSON.stringify(all(TYPED, draft).filter(({ name }) => name !== "at").map(({ value }) => value).concat(html.value));
    let kept = read();
    let leaving = false;
    let isOld = false;
    let timer;
    let turn = Promise.resolve();
    // What the server may not have is kept in this window, where a session that has ended, or a server that is away, takes nothing of it.
    const { sender } = draft.elements;
    const copy = (why) => {
      const values = Object.fromEntries(all(TYPED, draft).map(({ name, value }) => [name, value]));
      const { draft: id, revision } = draft.elements;
      store(JSON.stringify({ why, id: id.value, revision: revision.value, values: { ...values, sender: sender.value }, html: html.value }));
    };
    const restore = () => {
      const { why, id, revision, values, html: rich } = copied() ?? {};
      const senders = sender.options ? [...sender.options].map(({ value }) => value) : [sender.value];
      // Of somebody else nothing is shown.
      if (!values || !senders.includes(values.sender)) return;
      if (id && !draft.draft.value && !location.search && why !== "left") return location.replace(`/mail/write?draft=${id}`);
      if (id !== draft.draft.value) return;
      // It arrived after all.
      if (revision !== draft.revision.value || (!id && why === "left")) return store();
      for (const [name, value] of Object.entries(values)) draft.elements[name].value = value;
      if (rich) open(parsed(rich));
      else close();
      if (read() === kept) return store();
      state.textContent = words.again;
      timer = setTimeout(saveInTurn, 1500);
    };
    const save = async () => {
      const now = read();
      if (now === kept || leaving || isOld) return;
      state.textContent = words.saving;
      const isLeft = document.hidden;
      if (isLeft) copy("left");
      const body = new FormData(draft);
      body.delete("file");
      body.set("do", "save");
      try {
        const answer = await fetch("/mail/write", { method: "POST", headers: { accept: "application/json" }, body, keepalive: isLeft && now.length < 15000 });
        isOld = [404, 409].includes(answer.status);
        if (!answer.ok) throw new Error(answer.status);
        const { draft: id, revision } = await answer.json();
        if (!draft.draft.value) history.replaceState(history.state, "", `/mail/write?draft=${id}`);
        draft.draft.value = id;
        draft.revision.value = revision;
        kept = now;
        store();
        state.textContent = words.saved;
      } catch {
        state.textContent = isOld ? words.changed : words.unsaved;
        copy("unsaved");
        timer = setTimeout(saveInTurn, 10000);
      }
    };
    const saveInTurn = () => (turn = turn.then(save));
    addEventListener("input", ({ target }) => {
      if (!target.closest("[data-mail-draft]") || target.type === "file") return;
      clearTimeout(timer);
      timer = setTimeout(saveInTurn, 1500);
    });
    document.addEventListener("visibilitychange", () => document.hidden && saveInTurn());
    // Files travel at once, with all that is typed.
    one("[data-mail-file]").addEventListener("change", async () => {
      clearTimeout(timer);
      await turn;
      draft.requestSubmit(one('[name=do][value="save"]', draft));
    });
    // What is on its way to the server is there before the form, which must know the draft.
    let sent = false;
    draft.addEventListener("submit", (event) => {
      clearTimeout(timer);
      if (sent) return;
      event.preventDefault();
      const { submitter } = event;
      const send = () => {
        sent = leaving = true;
        copy("sent");
        draft.requestSubmit(submitter);
      };
      // A form is not submitted anew while this event is under way.
      turn.then(() => setTimeout(send));
    });
    addEventListener("pageshow", ({ persisted }) => persisted && (sent = leaving = false));
    addEventListener("beforeunload", (event) => {
      if (!leaving && read() !== kept && [words.unsaved, words.changed].includes(state.textContent)) event.preventDefault();
    });
    let signature = sender.selectedOptions?.[0].dataset.signature ?? "";
    sender.addEventListener("change", () => {
      const next = sender.selectedOptions[0].dataset.signature;
      sign(signature, next);
      signature = next;
    });
    restore();

    // Addresses of people one has to do with, for the last one of a field.
    let wanted;
    addEventListener("input", async ({ target }) => {
      if (!target.matches("[data-mail-people]")) return;
      const at = target.value.lastIndexOf(",") + 1;
      const typed = target.value.slice(at).trim();
      if (typed.length < 2 || typed === wanted) return;
      wanted = typed;
      const answer = await fetch(`/mail/people?q=${encodeURIComponent(typed)}`).catch(() => undefined);
      if (!answer?.ok || typed !== wanted) return;
      const before = target.value.slice(0, at).trim();
      const options = (await answer.json()).map((person) => {
        const option = document.createElement("option");
        option.value = `${before}${before && " "}${person}, `;
        option.label = person;
        return option;
      });
      one("#mail-people").replaceChildren(...options);
    });
  }

  count();
  frames();
})();
