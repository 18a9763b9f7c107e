// Shows what the server pushes, also when no page is open.
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("push", (event) => {
  const { title, body, path, id } = event.data?.json() ?? {};
  if (!title) return;
  // Of two messages about the same reminder one is shown.
  const tag = id ? `reminder-${id}` : "kalends";
  event.waitUntil(registration.showNotification(title, { body, tag, icon: "/public/favicon.svg", data: { path } }));
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { href } = new URL(event.notification.data?.path ?? "/", location.origin);
  const open = async () => {
    const all = await clients.matchAll({ type: "window", includeUncontrolled: true });
    const shown = all.find((client) => client.url === href);
    return shown ? shown.focus() : clients.openWindow(href);
  };
  event.waitUntil(open());
});
