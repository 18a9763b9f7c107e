import type { Browser, Page } from "@playwright/test";
import { barriers } from "./support/looks.js";
import type { Server } from "./support/server.js";
import { Account, expect, test, timed } from "./support/test.js";

/*
 * Who acts for whom, each in a browser of their own.
 */

const soon = { timeout: 10000 };
const row = (page: Page, text: string) => page.getByRole("listitem").filter({ hasText: text });

async function somebody(browser: Browser, server: Server): Promise<{ account: Account; page: Page }> {
  const context = await browser.newContext({ baseURL: server.url, locale: "en-GB", timezoneId: "Europe/Zurich" });
  const account = await Account.signUp(server, context);
  return { account, page: await context.newPage() };
}

async function add(page: Page, name: string, level: string) {
  await page.getByLabel("Name, user name or e-mail").fill(name);
  await page.getByRole("radio", { name: new RegExp(`^${level}`) }).check();
  await page.getByRole("button", { name: "Add", exact: true }).click();
}

test("one acts for another, sees what is private, and what is written says so", async ({ page, account, browser, server }) => {
  test.slow();
  await account.put("doctor.ics", ...timed("doctor", "20270302T150000", "20270302T160000", "Doctor", "CLASS:PRIVATE"));
  const ben = await somebody(browser, server);
  await ben.page.goto("/agenda/week/2027-03-02");
  await expect(ben.page.getByText("Doctor")).toHaveCount(0);
  await ben.page.goto("/settings/delegates");
  await expect(ben.page.locator("[data-live]")).toHaveAttribute("data-live", "live");
  await expect(ben.page.getByRole("heading", { name: "Whom you act for" })).toHaveCount(0);

  await page.goto("/settings");
  await page.getByRole("link", { name: "Delegates" }).click();
  await expect(page.getByText("Nobody acts for you.")).toBeVisible();
  await add(page, "nobody-at-all", "Write");
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.getByLabel("Name, user name or e-mail")).toHaveValue("nobody-at-all");
  await add(page, account.name, "Read");
  await expect(page.getByRole("alert")).toBeVisible();
  await add(page, ben.account.name, "Write");
  await expect(page.getByText("Robin Doe acts for you.")).toBeVisible();
  await expect(row(page, "Robin Doe")).toContainText("adds, changes and deletes events");
  expect(await barriers(page)).toEqual([]);

  // His open page says so by itself, and his agenda has her calendars under her name.
  await expect(ben.page.getByRole("heading", { name: "Whom you act for" })).toBeVisible(soon);
  await ben.page.goto("/agenda/week/2027-03-02");
  await expect(ben.page.getByRole("link", { name: /Doctor/ })).toBeVisible();
  await expect(ben.page.locator(".calendars__section summary")).toHaveText("For Robin Doe");
  await ben.page.goto("/settings/delegates");

  // What he writes says for whom.
  const { calendars } = await (await ben.page.request.get("/api/v1.0/calendars")).json();
  const hers = calendars.find((calendar: { access: string }) => calendar.access === "write");
  const headers = { Origin: server.url };
  const data = { title: "By the delegate", start: { type: "date", date: "2027-03-05" } };
  const made = await ben.page.request.post(`/api/v1.0/calendars/${hers.id}/events`, { headers, data });
  expect(made.status()).toBe(201);
  await page.goto(`/calendars/${hers.id}/changes`);
  await expect(page.getByText("Robin Doe, for Robin Doe, in the agenda").first()).toBeVisible();

  // Either ends it.
  await row(ben.page, "Robin Doe").locator("summary", { hasText: "Stop" }).click();
  await ben.page.getByRole("button", { name: "Stop Robin Doe" }).click();
  await expect(ben.page.getByText("You act for Robin Doe no longer.")).toBeVisible();
  await ben.page.goto("/agenda/week/2027-03-02");
  await expect(ben.page.getByRole("heading", { name: "Calendars" })).toBeVisible();
  await expect(ben.page.getByText("Doctor")).toHaveCount(0);
  await page.goto("/settings/delegates");
  await expect(page.getByText("Nobody acts for you.")).toBeVisible();
  await ben.page.context().close();
});
