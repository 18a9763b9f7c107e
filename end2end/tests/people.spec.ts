import type { Browser, Page } from "@playwright/test";
import { barriers, beside } from "./support/looks.js";
import { Account, expect, test } from "./support/test.js";
import type { Server } from "./support/server.js";

/** A browser of its own. */
const another = async (browser: Browser, server: Server) => (await browser.newContext({ baseURL: server.url })).newPage();

async function signIn(page: Page, { name, password }: Account): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("User name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("sessions are listed, and those of other browsers are ended", async ({ page, account, browser, server }) => {
  const [second, third] = [await another(browser, server), await another(browser, server)];
  await signIn(second, account);
  await signIn(third, account);
  await page.goto("/settings");
  const list = page.getByRole("list", { name: "Signed in" }).getByRole("listitem");
  await expect(list).toHaveCount(3);
  await expect(list.filter({ hasText: "This browser" })).toHaveCount(1);
  await expect(list.first()).toContainText(/Chrome on \w+/);
  await expect(list.first()).toContainText("127.0.0.1");
  await list.getByRole("button", { name: "Sign out" }).first().click();
  await expect(page.getByText("It is signed out.")).toBeVisible();
  await expect(list).toHaveCount(2);
  await page.getByRole("button", { name: "Sign out all others" }).click();
  await expect(list).toHaveCount(1);
  for (const other of [second, third]) {
    await other.goto("/settings");
    await expect(other).toHaveURL(/\/sign-in/);
  }
  await page.reload();
  await expect(page.getByRole("heading", { name: "Settings" })).toBeVisible();
});

test("a token for one calendar reads that and nothing else", async ({ page, account, server }) => {
  await account.put("a.ics", "BEGIN:VEVENT", "UID:a", "DTSTAMP:20260101T000000Z", "DTSTART:20270101T100000Z", "SUMMARY:A", "END:VEVENT");
  await page.goto("/settings");
  await page.getByLabel("New app password for").fill("Wall");
  await page.getByLabel("Kind").selectOption("Token, for scripts");
  await page.getByLabel("May").selectOption("Only read");
  await page.getByLabel("For", { exact: true }).selectOption("Personal");
  await page.getByLabel("Until the end of").fill("2099-12-31");
  await page.getByRole("button", { name: "Create" }).click();
  const token = await page.getByLabel("Token", { exact: true }).inputValue();
  const entry = page.getByRole("listitem").filter({ hasText: "Wall" });
  await expect(entry).toContainText("Only reads Personal");
  await expect(entry).toContainText("2100");
  const ask = (method: string, path: string, body?: string) =>
    fetch(server.url + path, { method, body, headers: { authorization: `Bearer ${token}`, "content-type": "text/calendar" } });
  const { calendars } = await (await ask("GET", "/api/v1.0/calendars")).json();
  expect(calendars).toHaveLength(1);
  const url = new URL(account.calendarUrl).pathname;
  const text = await (await ask("GET", `${url}a.ics`)).text();
  expect((await ask("PUT", `${url}a.ics`, text.replace("SUMMARY:A", "SUMMARY:B"))).status).toBe(403);
  expect(await barriers(page)).toEqual([]);
});

test.describe("administrators", () => {
  test("invite, change, disable, hand over and bring back, without scripts", async ({ browser, server }) => {
    test.slow();
    const context = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false });
    const page = await context.newPage();
    const administrator = await Account.signUp(server, context, "--admin");
    const name = `robin-${administrator.name}`;
    await page.goto("/settings");
    await page.getByRole("link", { name: "People" }).click();
    await page.getByLabel("User name").fill("Not A Name");
    await page.getByRole("button", { name: "Make the account" }).click();
    await expect(page.locator(".notice--error")).toBeVisible();
    await page.getByLabel("User name").fill(name);
    await page.getByLabel("Name", { exact: true }).fill("Robin");
    await page.getByRole("button", { name: "Make the account" }).click();
    await expect(page.getByRole("heading", { name: "Robin Invited" })).toBeVisible();
    const link = await page.getByLabel("One-time link", { exact: true }).inputValue();

    const other = await another(browser, server);
    await other.goto(new URL(link).pathname);
    await other.getByLabel("Password", { exact: true }).fill("a long sentence");
    await other.getByLabel("The same again").fill("a long sentence");
    await other.getByRole("button", { name: "Set password and sign in" }).click();
    await expect(other.getByRole("button", { name: "Sign out" })).toBeVisible();

    await page.reload();
    await expect(page.getByLabel("One-time link", { exact: true })).toHaveCount(0);
    await page.getByLabel("Name", { exact: true }).fill("Robin Doe");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("heading", { name: "Robin Doe" })).toBeVisible();
    await page.getByRole("button", { name: "Disable" }).click();
    await expect(page.getByText("Disabled. Every browser")).toBeVisible();
    await other.goto("/settings");
    await expect(other).toHaveURL(/\/sign-in/);
    await page.getByRole("button", { name: "Enable" }).click();
    await expect(page.getByText("Enabled.", { exact: true })).toBeVisible();

    await page.getByText("Delete …").click();
    await page.getByLabel("Somebody else gets them").check();
    await page.getByLabel("User name of who gets them").fill(administrator.name);
    await page.getByRole("button", { name: "Yes, delete the account" }).click();
    await expect(page.getByText("has 1 calendar more")).toBeVisible();
    await page.getByLabel("Name or e-mail").fill(name);
    await page.getByRole("button", { name: "Find" }).click();
    await expect(page.getByRole("listitem")).toHaveCount(1);
    await page.getByRole("link", { name: "Robin Doe" }).click();
    await page.getByRole("button", { name: "Bring the account back" }).click();
    await expect(page.getByText("The account is back")).toBeVisible();
  });

  test("nobody else finds the pages", async ({ page, account }) => {
    expect(account.name).toBeTruthy();
    const answer = await page.goto("/admin/people");
    expect(answer!.status()).toBe(404);
    await page.goto("/settings");
    await expect(page.getByRole("link", { name: "People" })).toHaveCount(0);
  });

  test("an archive has everything", async ({ page, account }) => {
    expect(account.name).toBeTruthy();
    await page.goto("/settings");
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download" }).click();
    expect((await download).suggestedFilename()).toBe(`kalends-${account.name}.zip`);
  });

  test("nothing keeps people out", async ({ page, context, server }) => {
    test.slow();
    await Account.signUp(server, context, "--admin");
    await Account.invite(server);
    for (const size of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
      await page.setViewportSize(size);
      await page.goto("/settings");
      expect(await barriers(page)).toEqual([]);
      expect(await beside(page)).toBeLessThanOrEqual(0);
      await page.goto("/admin/people");
      expect(await barriers(page)).toEqual([]);
      expect(await beside(page)).toBeLessThanOrEqual(0);
      await page.getByRole("listitem").getByRole("link", { name: "Robin Doe" }).last().click();
      await page.getByText("Delete …").click();
      expect(await barriers(page)).toEqual([]);
      expect(await beside(page)).toBeLessThanOrEqual(0);
      await page.getByRole("button", { name: "New one-time link" }).click();
      await expect(page.getByLabel("One-time link", { exact: true })).toBeVisible();
      expect(await barriers(page)).toEqual([]);
      expect(await beside(page)).toBeLessThanOrEqual(0);
      await expect(page.locator("h1")).toHaveCount(1);
    }
  });
});
