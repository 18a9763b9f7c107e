// On the pages of a public link: has the server write what is shown anew when something has changed, and every so often where the page
// wants that.
const { stream, every } = document.body.dataset;
const USUAL = (every ? +every : 3600) * 1000;
const MAX_PAUSE = 60000;

let timer, source, pause = 1000, asked = 0;

const renewIn = (milliseconds) => {
  clearTimeout(timer);
  timer = setTimeout(renew, milliseconds);
};

const isUsed = (part) => part.querySelector("select:focus, button:focus");

const renew = async () => {
  renewIn(USUAL);
  const mine = ++asked;
  const answer = await fetch(location.href, { credentials: "omit", headers: { accept: "text/html" } }).catch(() => undefined);
  if (answer?.status === 404) return location.reload();
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [before, now] = [document.getElementById("shown"), page.getElementById("shown")];
  if (mine !== asked || !now) return;
  if (isUsed(before)) return renewIn(5000);
  const focused = before.contains(document.activeElement) && document.activeElement.getAttribute("href");
  before.replaceWith(now);
  if (now.dataset.theme) document.documentElement.dataset.theme = now.dataset.theme;
  if (focused) now.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
};

const leave = () => {
  source?.close();
  source = undefined;
};

const follow = () => {
  if (source || document.hidden) return;
  source = new EventSource(stream);
  source.addEventListener("ready", () => (pause = 1000));
  // Not all who look at once.
  source.addEventListener("change", () => renewIn(100 + Math.random() * 400));
  source.addEventListener("gone", () => location.reload());
  source.onerror = () => {
    // Where the answer was no stream, the browser does not come back by itself.
    if (source.readyState !== 2) return;
    leave();
    setTimeout(() => (renew(), follow()), pause);
    pause = Math.min(pause * 2, MAX_PAUSE);
  };
};

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return leave();
  // What happened meanwhile was not heard.
  renewIn(0);
  follow();
});
addEventListener("pagehide", leave);
addEventListener("pageshow", follow);
addEventListener("online", () => renewIn(0));
renewIn(USUAL);
follow();
