(() => {
  const NAME = "kalends-live";
  const STREAM = "/api/v1.0/stream";
  // The server says something every 25 seconds.
  const SILENCE = 90000;
  const LOOK = 10000;
  // How many looks in a row found nothing said by the tab that has the stream: it is asked, and then left behind.
  const ASKS_AFTER = 6;
  const TAKES_OVER_AFTER = 9;
  const words = document.getElementById(NAME).dataset;
  // Browsers have both where the connection is safe.
  const tabs = self.BroadcastChannel && navigator.locks ? new BroadcastChannel(NAME) : undefined;
  const known = new Map();
  let cursor = "";
  let state;
  let last = Date.now();
  let source, end, again, giveUp;
  let pause = 1000;
  let silent = 0;

  const show = (text) => {
    for (const status of document.querySelectorAll("[data-live]")) {
      status.dataset.live = state;
      if (status.textContent !== text) status.textContent = text;
    }
  };

  const tell = (detail) => dispatchEvent(new CustomEvent(NAME, { detail }));

  const became = (now) => {
    if (now === state) return;
    const before = state;
    const format = { timeStyle: "short", hour12: words.hour12 === "true", timeZone: words.zone || undefined };
    state = now;
    if (now === "live") {
      tell("live");
      show(before ? words.back : "");
      setTimeout(() => state === "live" && show(""), 4000);
    } else if (now === "offline") {
      const time = new Date(last).toLocaleTimeString(document.documentElement.lang, format);
      show(words.offline.replace("{time}", time));
    } else {
      show(now === "signed-out" ? words.signedOut : words.reconnecting);
    }
  };

  const heard = ({ id, kind, calendar = 0, revision = 0 }) => {
    cursor = id;
    known.delete(`calendar ${calendar}`);
    if (kind !== "gone") known.set(`${kind} ${calendar}`, revision);
    tell(`${kind} ${calendar} ${revision}`);
  };

  const take = (message) => {
    if (message.state && message.state !== "live") return became(message.state);
    last = Date.now();
    if (message.state) became("live");
    else if (message.kind) heard(message);
    else if (message.job) tell(`job ${message.job}`);
    // It looks each time it runs.
    else if (message.reminder) document.documentElement.append(Object.assign(document.createElement("script"), { src: "/reminders.js" }));
    else if ("mail" in message) tell(`mail ${message.mail}`);
  };

  const say = (message) => {
    tabs?.postMessage(message);
    take(message);
  };

  const wait = () => {
    clearTimeout(again);
    again = setTimeout(connect, pause);
    pause = Math.min(pause * 2, 30000);
  };

  const lost = () => {
    if (!navigator.onLine) say({ state: "offline" });
    else if (state !== "offline") say({ state: "reconnecting" });
    giveUp ??= setTimeout(() => say({ state: "offline" }), 15000);
    // Where the answer was no stream, the browser does not come back by itself.
    if (source.readyState !== 2) return;
    const ended = source;
    wait();
    fetch("/api/v1.0/calendars", { method: "HEAD" }).then(({ status }) => {
      if (status !== 401 || source !== ended) return;
      clearTimeout(again);
      clearTimeout(giveUp);
      say({ state: "signed-out" });
    }, () => {});
  };

  const connect = () => {
    source?.close();
    last = Math.max(last, Date.now() - SILENCE / 2);
    source = new EventSource(cursor ? `${STREAM}?since=${encodeURIComponent(cursor)}` : STREAM);
    source.onerror = lost;
    source.addEventListener("ready", () => {
      pause = 1000;
      clearTimeout(giveUp);
      giveUp = undefined;
      say({ state: "live" });
    });
    source.addEventListener("beat", () => say({ beat: true }));
    source.addEventListener("mail", (event) => say({ mail: JSON.parse(event.data).account ?? 0 }));
    source.addEventListener("job", (event) => say({ job: JSON.parse(event.data).job }));
    source.addEventListener("reminder", () => say({ reminder: true }));
    for (const kind of ["calendar", "gone", "list"]) {
      source.addEventListener(kind, (event) => say({ id: event.lastEventId, kind, ...JSON.parse(event.data) }));
    }
  };

  // One tab has the stream and tells the others; when it goes, the next one has it.
  const lead = () =>
    new Promise((done) => {
      end = done;
      connect();
    });

  const begin = (steal) => {
    if (end || source) return;
    // Where tabs cannot agree, the one that is looked at has a stream: browsers have six connections to a server.
    if (!tabs) return document.hidden || connect();
    const waiting = new AbortController();
    let led = false;
    end = () => waiting.abort();
    silent = 0;
    // What is taken cannot be waited for.
    navigator.locks.request(NAME, steal ? { steal } : { signal: waiting.signal }, () => {
      if (waiting.signal.aborted) return;
      led = true;
      return lead();
    }).catch(() => {
      // Another tab took the lead from this one, which was frozen: it follows from now on.
      if (!led || !source) return;
      leave();
      begin();
    });
    if (!steal) tabs.postMessage({ asks: true });
  };

  // The tab that has the stream may be frozen by its browser, which keeps its lock.
  const look = () => {
    if (!tabs || source || !end) return;
    silent++;
    if (silent === ASKS_AFTER) tabs.postMessage({ asks: true });
    if (silent < TAKES_OVER_AFTER) return;
    end();
    end = undefined;
    begin(true);
  };

  const leave = () => {
    clearTimeout(again);
    clearTimeout(giveUp);
    giveUp = undefined;
    source?.close();
    source = undefined;
    end?.();
    end = undefined;
  };

  if (tabs) {
    tabs.onmessage = ({ data }) => {
      if (!data.asks) {
        silent = 0;
        return take(data);
      }
      if (!source) return;
      for (const [what, revision] of known) {
        const [kind, calendar] = what.split(" ");
        tabs.postMessage({ id: cursor, kind, calendar: +calendar, revision });
      }
      if (state) tabs.postMessage({ state });
    };
  }

  // A connection may be dead without a word, after a sleep or behind a router that forgot it.
  setInterval(() => {
    if (source && state === "live" && Date.now() - last > SILENCE) connect();
    look();
  }, LOOK);
  addEventListener("online", () => {
    // What could not be fetched need not wait for the stream.
    tell("live");
    if (source) connect();
  });
  addEventListener("offline", () => source && lost());
  addEventListener("pagehide", leave);
  addEventListener("pageshow", () => begin());
  document.addEventListener("visibilitychange", () => {
    if (!tabs) document.hidden ? leave() : begin();
    if (!document.hidden && source && state === "signed-out") connect();
  });
  addEventListener(`${NAME}-ask`, () => {
    for (const [what, revision] of known) tell(`${what} ${revision}`);
    if (state === "live") tell("live");
  });
})();
