import { Account, expect, test } from "./support/test.js";

test("a one-time link chooses a password, once", async ({ page, server }) => {
  const { name, path } = await Account.invite(server);
  await page.goto(path);
  await expect(page.getByRole("heading", { name: "Welcome, Robin Doe" })).toBeVisible();
  const [first, again] = [page.getByLabel("Password", { exact: true }), page.getByLabel("The same again")];
  await first.fill("a long sentence");
  await again.fill("another sentence");
  await page.getByRole("button", { name: "Set password and sign in" }).click();
  await expect(page.locator(".notice--error")).toBeVisible();
  await first.fill("a long sentence");
  await again.fill("a long sentence");
  await page.getByRole("button", { name: "Set password and sign in" }).click();
  await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
  await page.goto(path);
  await expect(page.getByRole("heading", { name: "This link is no longer valid" })).toBeVisible();

  await page.goto("/");
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in$/);
  await page.getByLabel("User name").fill(name);
  await page.getByLabel("Password").fill("not that one");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.locator(".notice--error")).toContainText("wrong");
  await expect(page.getByLabel("User name")).toHaveValue(name);
  await page.getByLabel("Password").fill("a long sentence");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Next events" })).toBeVisible();
});

test("the session cookie is out of reach of scripts and other sites", async ({ account, context, request, server }) => {
  const [session] = (await context.cookies()).filter((cookie) => cookie.name === "kalends_session");
  expect(session).toMatchObject({ httpOnly: true, sameSite: "Lax" });
  const forged = await request.post(`${server.url}/sign-out`, {
    headers: { cookie: `kalends_session=${session!.value}`, origin: "https://evil.example", "sec-fetch-site": "cross-site" },
  });
  expect(forged.status()).toBe(403);
  expect(account.name).toBeTruthy();
});

test("an app password is shown once, opens CalDAV, and is revoked", async ({ page, account, server }) => {
  await page.goto("/settings");
  await page.getByLabel("New app password for").fill("Phone");
  await page.getByRole("button", { name: "Create" }).click();
  const secret = await page.getByLabel("App password", { exact: true }).inputValue();
  const propfind = (password: string) =>
    fetch(`${server.url}/api/v1.0/caldav/`, {
      method: "PROPFIND",
      headers: { depth: "0", authorization: `Basic ${Buffer.from(`${account.name}:${password}`).toString("base64")}` },
    });
  expect((await propfind(secret)).status).toBe(207);
  expect((await propfind(account.password)).status).toBe(401);
  await page.goto("/settings");
  await expect(page.getByLabel("App password", { exact: true })).toHaveCount(0);
  await page.getByText("Revoke", { exact: true }).click();
  await page.getByRole("button", { name: "Yes, revoke Phone" }).click();
  await expect(page.getByText("There are no app passwords yet.")).toBeVisible();
  expect((await propfind(secret)).status).toBe(401);
});

test("preferences hold for dates and colours", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  await page.goto("/settings");
  await page.getByLabel("Weeks begin on").selectOption("Sunday");
  await page.getByText("Dark", { exact: true }).click();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  const html = await (await page.goto("/agenda/month/2026-11-21"))!.text();
  // Digests in the head may spell anything.
  const shown = html.slice(html.indexOf("<main"));
  expect(shown.indexOf("Sun")).toBeLessThan(shown.indexOf("Mon"));
});

test("no page is wider than a phone", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ["/", "/settings", "/import", "/agenda/month/2026-11-21", "/agenda/week/2026-11-21", "/agenda/day/2026-11-21", "/event/new"]) {
    await page.goto(path);
    const { scroll, client } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      client: document.documentElement.clientWidth,
    }));
    expect(scroll, path).toBeLessThanOrEqual(client);
  }
});
