// Shows what the server pushes, also when no page is open.
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("push", (event) => {
  const { title, body, path, id, minutes, answers } = event.data?.json() ?? {};
  if (!title) return;
  const actions = answers?.map((title, at) => ({ action: at ? "dismiss" : "snooze", title }));
  // Of two messages about the same reminder one is shown.
  const tag = id ? `reminder-${id}` : "kalends";
  event.waitUntil(registration.showNotification(title, { body, tag, actions, icon: "/public/favicon.svg", data: { path, id, minutes } }));
});

const open = async (path) => {
  const { href } = new URL(path, location.origin);
  const all = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const shown = all.find((client) => client.url === href);
  return shown ? shown.focus() : clients.openWindow(href);
};

const answer = async (action, { id, minutes }) => {
  const body = new URLSearchParams({ do: action, id, minutes });
  try {
    const { ok } = await fetch("/reminders", { method: "POST", body, headers: { Accept: "application/json" } });
    if (ok) return;
  } catch {
    // The page says why.
  }
  await open("/reminders");
};

addEventListener("notificationclick", (event) => {
  event.notification.close();
  const data = event.notification.data ?? {};
  event.waitUntil(event.action ? answer(event.action, data) : open(data.path ?? "/"));
});
