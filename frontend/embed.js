// <kalends-events src="https://host/embed/…" limit=7 lang=de theme=auto|light|dark layout=list|month zone=Europe/Zurich>
//
// The server writes what is shown; this puts it into a shadow tree, has it written anew when something changes, and says when it is
// loading, out of date, or gone. Nothing is stored, and no cookies go along. The server puts WORDS and STYLE before this.
const ATTRIBUTES = ["src", "limit", "lang", "theme", "layout", "zone", "date"];
const ASKED = ["limit", "lang", "layout", "zone", "date"];
// What is on now changes by the minute.
const EVERY = 60000;
const MAX_PAUSE = 60000;

const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);

// One stream for all elements that show the same link: browsers have six connections to a server.
const streams = new Map();

class Stream {
  #address;
  #source;
  #again;
  #pause = 1000;
  elements = new Set();

  constructor(address) {
    this.#address = address;
  }

  open() {
    if (this.#source || document.hidden) return;
    clearTimeout(this.#again);
    const source = (this.#source = new EventSource(this.#address));
    source.addEventListener("ready", () => {
      this.#pause = 1000;
      for (const element of this.elements) element.heard();
    });
    source.addEventListener("change", () => {
      for (const element of this.elements) element.renewIn(100 + Math.random() * 400);
    });
    source.addEventListener("gone", () => {
      this.close();
      for (const element of this.elements) element.renewIn(0);
    });
    source.onerror = () => {
      for (const element of this.elements) element.lost();
      // Where the answer was no stream, the browser does not come back by itself.
      if (source.readyState !== 2) return;
      this.close();
      this.#again = setTimeout(() => this.elements.size && this.open(), this.#pause);
      this.#pause = Math.min(this.#pause * 2, MAX_PAUSE);
    };
  }

  close() {
    clearTimeout(this.#again);
    this.#source?.close();
    this.#source = undefined;
  }
}

document.addEventListener("visibilitychange", () => {
  for (const stream of streams.values()) {
    if (document.hidden) stream.close();
    else stream.open();
    for (const element of stream.elements) if (!document.hidden) element.renewIn(0);
  }
});
addEventListener("online", () => {
  for (const stream of streams.values()) {
    stream.close();
    stream.open();
    for (const element of stream.elements) element.renewIn(0);
  }
});

class KalendsEvents extends HTMLElement {
  static observedAttributes = ATTRIBUTES;
  #content;
  #state;
  #timer;
  #stream;
  #followed;
  #asked = 0;
  #pause = 2000;
  #shown = "";
  #beginning = false;

  constructor() {
    super();
    // The tree may have come with the page.
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.innerHTML = '<div class="content"><slot></slot></div><p class="state" role="status"></p>';
    this.#content = root.firstElementChild;
    this.#state = root.lastElementChild;
    root.addEventListener("click", (event) => {
      const to = event.target.closest("[data-date]");
      if (!to || to.closest(".cal") || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      this.setAttribute("date", to.dataset.date);
    });
  }

  connectedCallback() {
    this.#begin();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#leave();
  }

  attributeChangedCallback(name, before, now) {
    if (before !== now && this.isConnected && name !== "theme") this.#begin();
  }

  /** The stream is there: what was missed is asked for, where something was. */
  heard() {
    if (this.getAttribute("state") === "offline") this.renewIn(0);
  }

  /** The stream is not there; what is shown may be out of date as soon as the server cannot be asked either. */
  lost() {
    if (!navigator.onLine) this.#is("offline");
  }

  renewIn(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#renew(), milliseconds);
  }

  // Attributes that are set together are one change.
  #begin() {
    if (this.#beginning) return;
    this.#beginning = true;
    queueMicrotask(() => {
      this.#beginning = false;
      if (!this.isConnected) return;
      if (!this.#shown) this.#is("loading");
      this.#follow();
      this.renewIn(0);
    });
  }

  get #source() {
    try {
      const source = new URL(this.getAttribute("src"), document.baseURI);
      return /^https?:$/.test(source.protocol) ? source : undefined;
    } catch {
      return undefined;
    }
  }

  get #words() {
    const wanted = [this.lang, document.documentElement.lang, ...navigator.languages];
    for (const tag of wanted) {
      const words = WORDS[tag] ?? WORDS[tag?.split("-")[0]];
      if (words) return words;
    }
    return WORDS.en;
  }

  #follow() {
    const source = this.#source;
    if (!source) return;
    const address = source.origin + source.pathname.replace("/embed/", "/public/") + "/stream";
    if (this.#followed === address) return;
    this.#leave();
    this.#followed = address;
    this.#stream = streams.get(address) ?? new Stream(address);
    streams.set(address, this.#stream);
    this.#stream.elements.add(this);
    this.#stream.open();
  }

  #leave() {
    this.#stream?.elements.delete(this);
    if (this.#stream && !this.#stream.elements.size) {
      this.#stream.close();
      streams.delete(this.#followed);
    }
    this.#stream = this.#followed = undefined;
  }

  async #renew() {
    const source = this.#source;
    if (!source) return this.#gone();
    const mine = ++this.#asked;
    source.searchParams.set("part", "1");
    for (const name of ASKED) if (this.hasAttribute(name)) source.searchParams.set(name, this.getAttribute(name));
    const options = { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store" };
    let answer, text;
    try {
      answer = await fetch(source, options);
      text = await answer.text();
    } catch {
      answer = undefined;
    }
    if (mine !== this.#asked) return;
    if (answer?.status === 404) return this.#gone();
    if (!answer?.ok) {
      this.#is("offline");
      this.#pause = Math.min(this.#pause * 2, MAX_PAUSE);
      return this.renewIn(this.#pause * (0.5 + Math.random()));
    }
    this.#pause = 2000;
    this.#show(text);
    this.#is("live");
    this.renewIn(EVERY);
  }

  #show(html) {
    if (html === this.#shown) return;
    this.#shown = html;
    const focused = this.shadowRoot.activeElement;
    const place = focused && [focused.getAttribute("rel"), focused.className];
    // The server's markup has no scripts; attributes of style may be forbidden by the page, properties are not.
    this.#content.innerHTML = html.replaceAll(' style="--event-color: ', ' data-color="');
    for (const element of this.#content.querySelectorAll("[data-color]")) {
      element.style.setProperty("--event-color", element.dataset.color.replace(";", ""));
    }
    if (place) {
      const same = [...this.#content.querySelectorAll("a")];
      same.find((link) => link.getAttribute("rel") === place[0] && link.className === place[1])?.focus();
    }
  }

  /** There is nothing at the address any more: what was shown goes. */
  #gone() {
    clearTimeout(this.#timer);
    this.#leave();
    this.#shown = "";
    this.#content.replaceChildren();
    this.#is("revoked");
  }

  #is(state) {
    this.setAttribute("state", state);
    this.#content.setAttribute("aria-busy", String(state === "loading"));
    this.#state.className = `state state--${state}`;
    const text = this.#words[state] ?? "";
    if (this.#state.textContent !== text) this.#state.textContent = text;
  }
}

if (!customElements.get("kalends-events")) customElements.define("kalends-events", KalendsEvents);
