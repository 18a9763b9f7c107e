// Shows reminders in a corner of the page, and signs a browser up for push messages. live.js has it run whenever what there is to show is
// another.
(() => {
  const PANEL = "kalends-reminders";
  const PATH = "/reminders";

  const place = () => {
    let host = document.getElementById(PANEL);
    if (host) return host.shadowRoot.firstElementChild;
    host = document.createElement("div");
    host.id = PANEL;
    const root = host.attachShadow({ mode: "open" });
    const panel = document.createElement("section");
    panel.setAttribute("role", "status");
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = "/reminders.css";
    root.append(panel, style);
    root.addEventListener("submit", answer);
    // The page may be written anew around it.
    document.documentElement.append(host);
    return panel;
  };

  const look = async () => {
    try {
      const answer = await fetch(`${PATH}/panel`, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(20000) });
      if (!answer.ok) return;
      const html = await answer.text();
      if (!html && !document.getElementById(PANEL)) return;
      const panel = place();
      if (panel.dataset.html === html) return;
      panel.dataset.html = html;
      panel.innerHTML = html;
      panel.hidden = !html;
    } catch {
      // The connection is gone: the stream says so, and tells again when it is back.
    }
  };

  // One look at a time, also of other runs of this; what is asked for meanwhile is asked for after it.
  const show = () => {
    document.kalendsReminders = Promise.resolve(document.kalendsReminders).then(look);
  };
  show();

  async function answer(event) {
    event.preventDefault();
    const form = event.target;
    const body = new URLSearchParams(new FormData(form, event.submitter));
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    try {
      await fetch(PATH, { method: "POST", body, headers: { Accept: "application/json" } });
    } finally {
      for (const button of form.querySelectorAll("button")) button.disabled = false;
      show();
    }
  }

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

  // The page on which browsers are signed up.
  const button = document.getElementById("sign-up");
  if (button && "serviceWorker" in navigator && "PushManager" in self) {
    const state = document.getElementById("sign-up-state");
    const refused = button.dataset.refused;
    state.textContent = "";
    button.hidden = false;
    button.onclick = async () => {
      button.disabled = true;
      try {
        if ((await Notification.requestPermission()) !== "granted") throw new Error();
        const worker = await navigator.serviceWorker.register("/push-worker.js");
        await navigator.serviceWorker.ready;
        const applicationServerKey = bytes(button.dataset.key);
        const old = await worker.pushManager.getSubscription();
        // Of another installation, or of one that has another key now.
        if (old && String(new Uint8Array(old.options.applicationServerKey)) !== String(applicationServerKey)) await old.unsubscribe();
        const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
        const body = JSON.stringify(subscription.toJSON());
        const headers = { "Content-Type": "application/json" };
        const answer = await fetch(button.dataset.to, { method: "POST", body, headers });
        if (!answer.ok) throw new Error();
        location.reload();
      } catch {
        state.textContent = refused;
        button.disabled = false;
      }
    };
  }
})();
