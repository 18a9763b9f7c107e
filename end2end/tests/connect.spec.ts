import jsqr from "jsqr";
import type { Locator } from "@playwright/test";
import { barriers } from "./support/looks.js";
import { expect, test } from "./support/test.js";

/*
 * A phone is connected in one step: by a QR code, by a profile, or by a button; and people say who they are.
 */

const DAVX5 = "DAVx5/4.5.1-ose (dav4jvm; okhttp/5.1.0) Android/15";

/** What a phone's camera makes of the code. */
async function scan(code: Locator): Promise<string | undefined> {
  const { data, side } = await code.evaluate(async (svg) => {
    const image = new Image();
    image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
    const side = 600;
    image.width = image.height = side;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = side;
    const context = canvas.getContext("2d")!;
    context.drawImage(image, 0, 0, side, side);
    return { data: Array.from(context.getImageData(0, 0, side, side).data), side };
  });
  // It is exported as CommonJS.
  const decode = (jsqr as unknown as { default?: typeof jsqr }).default ?? jsqr;
  return (decode as unknown as (data: Uint8ClampedArray, width: number, height: number) => { data: string } | null)(
    Uint8ClampedArray.from(data),
    side,
    side,
  )?.data;
}

test("a QR code has all that a phone needs", async ({ page, account, server }) => {
  await page.goto("/settings");
  await page.getByRole("link", { name: "Connect a device" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Connect a device" })).toBeVisible();
  expect(await barriers(page), "before").toEqual([]);
  await page.getByLabel("Name of the device").fill("My phone");
  await page.getByRole("button", { name: "Show QR code and password" }).click();
  const secret = page.getByLabel("App password", { exact: true });
  await expect(secret).toBeFocused();
  expect(await barriers(page), "after").toEqual([]);
  const scanned = await scan(page.getByRole("img", { name: /^QR code/ }));
  // Without https it is the scheme of CalDAV without encryption.
  expect(scanned).toBe(server.url.replace("http://", `caldav://${account.name}:${await secret.inputValue()}@`) + "/api/v1.0/caldav/");
  const { username, password, host, pathname } = new URL(scanned!.replace("caldav:", "http:"));
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  const found = await fetch(`http://${host}${pathname}`, { method: "PROPFIND", headers: { depth: "0", authorization } });
  expect(found.status).toBe(207);
  await page.reload();
  await expect(secret).toHaveCount(0);
  await expect(page.getByText("was shown once and cannot be shown again")).toBeVisible();
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), `${width}`).toBeLessThanOrEqual(width);
  }
});

test("a program is let in by a button", async ({ browser, page, account, server }) => {
  const begun = await fetch(`${server.url}/index.php/login/v2`, { method: "POST", headers: { "user-agent": DAVX5 } });
  const { poll, login } = (await begun.json()) as { poll: { token: string; endpoint: string }; login: string };
  const ask = () => fetch(poll.endpoint, { method: "POST", body: new URLSearchParams({ token: poll.token }) });
  expect((await ask()).status).toBe(404);
  // The phone's browser has nobody signed in.
  const phone = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const there = await phone.newPage();
  await there.goto(login);
  await there.getByLabel("User name").fill(account.name);
  await there.getByLabel("Password").fill(account.password);
  await there.getByRole("button", { name: "Sign in" }).click();
  await expect(there.getByRole("heading", { name: "Let DAVx5 in?" })).toBeVisible();
  await expect(there.getByText(DAVX5)).toBeVisible();
  expect(await barriers(there), "asks").toEqual([]);
  expect(await there.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await there.getByLabel("Name of the device").fill("Pixel");
  await there.getByRole("button", { name: "Let it in" }).click();
  await expect(there.getByText("It is let in. Go back to the program")).toBeVisible();
  const granted = await ask();
  expect(granted.status).toBe(200);
  const answer = (await granted.json()) as { server: string; loginName: string; appPassword: string };
  expect([answer.server, answer.loginName]).toEqual([server.url, account.name]);
  expect((await ask()).status).toBe(404);
  // What DAVx5 asks next.
  const authorization = `Basic ${Buffer.from(`${answer.loginName}:${answer.appPassword}`).toString("base64")}`;
  const found = await fetch(`${answer.server}/remote.php/dav`, { method: "PROPFIND", headers: { depth: "0", authorization } });
  expect(found.status).toBe(207);
  expect(new URL(found.url).pathname).toBe("/api/v1.0/caldav/");
  await page.goto("/settings");
  await expect(page.getByRole("listitem").filter({ hasText: "Pixel" })).toBeVisible();
  await phone.close();
});

test("the profile is saved, and the agenda follows it", async ({ page, account, hydrated }) => {
  void account;
  await page.goto("/settings");
  await page.getByLabel("Name", { exact: true }).fill("Grace Hopper");
  await page.getByLabel("E-mail", { exact: true }).fill(`${account.name}@example.org`);
  await page.getByRole("button", { name: "Save name and e-mail" }).click();
  await expect(page.locator("#outcome")).toContainText("Saved.");
  await expect(page.locator(".profile__picture .avatar")).toHaveText("GH");
  const png = await page.evaluate(() => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 300;
    const context = canvas.getContext("2d")!;
    context.fillStyle = "teal";
    context.fillRect(0, 0, 300, 300);
    return canvas.toDataURL("image/png").split(",")[1]!;
  });
  await page.getByLabel("Picture").setInputFiles({ name: "me.png", mimeType: "image/png", buffer: Buffer.from(png, "base64") });
  await page.getByRole("button", { name: "Use this picture" }).click();
  await expect(page.locator("#outcome")).toContainText("Your picture is shown.");
  const avatar = page.locator(".profile__picture img.avatar");
  expect(await avatar.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))).toBe(256);
  await page.getByLabel("The agenda begins with").selectOption("Week");
  await page.getByLabel("Remind me of new events").selectOption("15 minutes before");
  await page.getByLabel("Monday from").fill("09:00");
  await page.getByLabel("Monday to").fill("17:00");
  expect(await barriers(page), "settings").toEqual([]);
  await page.getByRole("button", { name: "Save agenda settings" }).click();
  await expect(page.locator("#outcome")).toContainText("Saved.");
  await expect(page.getByLabel("Monday from")).toHaveValue("09:00");
  expect(await page.evaluate(() => getComputedStyle(document.querySelector(".site-header > form")!, "::before").backgroundImage)).toContain("/picture?v=");
  await page.goto("/agenda");
  await page.waitForURL("**/agenda/week/*");
  await hydrated(page);
  const shade = (column: number) =>
    page.locator(".grid__column").nth(column).evaluate((element) => getComputedStyle(element, "::before").getPropertyValue("--from"));
  expect(await shade(0)).toBe("37.500%");
  expect(await shade(1)).toBe("");
  await expect(page.getByRole("button", { name: "Sign out", exact: true })).toBeVisible();
  expect(await barriers(page), "agenda").toEqual([]);
  // An event that is made here has the reminder.
  await page.goto("/event/new?start=2027-03-10T09:00&end=2027-03-10T10:00");
  await hydrated(page);
  await page.getByLabel("Title").fill("Compilers");
  await page.getByRole("button", { name: "Save" }).click();
  await page.waitForURL("**/agenda/**");
  const home = await account.caldav("REPORT", "", `<C:calendar-query xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:"><D:prop><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>`, { depth: "1", "content-type": "application/xml" });
  expect(await home.text()).toContain("TRIGGER:-PT15M");
});

test("an Apple profile is downloaded without scripts", async ({ browser, account, server }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${server.url}/sign-in?next=/settings/connect`);
  await page.getByLabel("User name").fill(account.name);
  await page.getByLabel("Password").fill(account.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("Name of the device").fill("iPad");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download Apple profile" }).click()]);
  expect(download.suggestedFilename()).toBe(`kalends-${account.name}.mobileconfig`);
  await context.close();
});
