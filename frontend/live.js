(() => {
  const NAME = "kalends-live";
  const STREAM = "/api/v1.0/stream";
  const words = document.getElementById(NAME).dataset;
  const tabs = self.BroadcastChannel && navigator.locks ? new BroadcastChannel(NAME) : undefined;
  const known = new Map();
  let cursor = "";
  let state;
  let seen = new Date();
  let source, end, again, giveUp;
  let pause = 1000;

  const show = (text) => {
    for (const status of document.querySelectorAll("[data-live]")) {
      status.dataset.live = state;
      if (status.textContent !== text) status.textContent = text;
    }
  };

  const became = (now) => {
    const before = state;
    state = now;
    if (now === "live") {
      seen = undefined;
      if (before === now) return;
      tell("live");
      show(before ? words.back : "");
      setTimeout(() => state === "live" && show(""), 4000);
      return;
    }
    seen ??= new Date();
    const time = seen.toLocaleTimeString(document.documentElement.lang, { timeStyle: "short", hour12: words.hour12 === "true" });
    show(now === "offline" ? words.offline.replace("{time}", time) : words.reconnecting);
  };

  const tell = (detail) => dispatchEvent(new CustomEvent(NAME, { detail }));

  const heard = ({ id, kind, calendar = 0, revision = 0 }) => {
    cursor = id;
    known.delete(`calendar ${calendar}`);
    if (kind !== "gone") known.set(`${kind} ${calendar}`, revision);
    tell(`${kind} ${calendar} ${revision}`);
  };

  const take = (message) => (message.state ? became(message.state) : heard(message));

  const say = (message) => {
    tabs?.postMessage(message);
    take(message);
  };

  const lost = () => {
    say({ state: navigator.onLine ? "reconnecting" : "offline" });
    giveUp ??= setTimeout(() => say({ state: "offline" }), 15000);
    // Where the answer was no stream, the browser does not come back by itself.
    if (source.readyState !== 2) return;
    clearTimeout(again);
    again = setTimeout(connect, pause);
    pause = Math.min(pause * 2, 30000);
  };

  const connect = () => {
    source?.close();
    source = new EventSource(cursor ? `${STREAM}?since=${encodeURIComponent(cursor)}` : STREAM);
    source.onerror = lost;
    source.addEventListener("ready", () => {
      pause = 1000;
      clearTimeout(giveUp);
      giveUp = undefined;
      say({ state: "live" });
    });
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

  const begin = () => {
    if (end || source) return;
    if (!tabs) return connect();
    const waiting = new AbortController();
    end = () => waiting.abort();
    navigator.locks.request(NAME, { signal: waiting.signal }, lead).catch(() => {});
    tabs.postMessage({ asks: true });
  };

  const leave = () => {
    clearTimeout(again);
    source?.close();
    source = undefined;
    end?.();
    end = undefined;
  };

  if (tabs) {
    tabs.onmessage = ({ data }) => {
      if (!data.asks) return take(data);
      if (!source) return;
      for (const [what, revision] of known) {
        const [kind, calendar] = what.split(" ");
        tabs.postMessage({ id: cursor, kind, calendar: +calendar, revision });
      }
      if (state) tabs.postMessage({ state });
    };
  }

  // A connection may be dead without a word after a sleep, and after the network went away.
  let awake = Date.now();
  setInterval(() => {
    const slept = Date.now() - awake > 45000;
    awake = Date.now();
    if (slept && source) connect();
  }, 10000);
  addEventListener("online", () => source && connect());
  addEventListener("offline", () => source && lost());
  addEventListener("pagehide", leave);
  addEventListener("pageshow", begin);
  addEventListener(`${NAME}-ask`, () => {
    for (const [what, revision] of known) tell(`${what} ${revision}`);
    if (state === "live") tell("live");
  });
})();
