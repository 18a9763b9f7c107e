import type { BrowserContext, Page } from "@playwright/test";
import { barriers } from "./support/looks.js";
import type { Server } from "./support/server.js";
import { Account, eventName, expect, test, timed } from "./support/test.js";

async function fill(account: Account) {
  const rule = "RRULE:FREQ=DAILY;COUNT=4";
  await account.put("stand-up.ics", ...timed("stand-up", "20270309T091500", "20270309T093000", "Stand-up", rule));
  await account.put("lunch.ics", ...timed("lunch", "20270310T120000", "20270310T143000", "Lunch", "LOCATION:Canteen, 2nd floor"));
  await account.put("night.ics", ...timed("night", "20270311T220000", "20270312T060000", "Night shift"));
  await account.put("trip.ics", "BEGIN:VEVENT", "UID:trip", "DTSTAMP:20260101T000000Z", "DTSTART;VALUE=DATE:20270310", "DTEND;VALUE=DATE:20270312", "SUMMARY:Trip", "END:VEVENT");
}

/** The pages of what was deleted, what is done beside, and what became of an event and a calendar, each with something on it. */
async function plainPages(page: Page, account: Account): Promise<string[]> {
  await account.put("talk.ics", ...timed("talk", "20270310T160000", "20270310T170000", "Talk"));
  await account.put("lunch.ics", ...timed("lunch", "20270310T113000", "20270310T143000", "Long lunch", "LOCATION:Harbour, at the very end of the longest quay that there is"));
  await account.caldav("DELETE", "talk.ics");
  await page.goto("/agenda/week/2027-03-10");
  const lunch = (await page.getByRole("link", { name: eventName("Long lunch") }).getAttribute("href"))!.split("?")[0]!;
  const calendar = `/calendars/${lunch.split("/")[2]}`;
  await page.goto(`${calendar}/changes`);
  const before = (await page.locator('a[href*="/as-of?at="]').first().getAttribute("href"))!;
  return ["/bin", "/admin/jobs", `${lunch}/history`, `${calendar}/changes`, `${calendar}/as-of`, before];
}

async function administrator(server: Server, context: BrowserContext, page: Page): Promise<string[]> {
  const account = await Account.signUp(server, context, "--admin");
  await fill(account);
  return plainPages(page, account);
}

test("the plain pages are no wider than a phone", async ({ page, context, server }) => {
  const pages = await administrator(server, context, page);
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of pages) {
    await page.goto(path);
    await expect(page.locator("h1"), path).toHaveCount(1);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wider, path).toBeLessThanOrEqual(0);
  }
});

test("nothing on the plain pages keeps people out", async ({ page, context, server }) => {
  test.slow();
  const pages = await administrator(server, context, page);
  for (const path of pages) {
    await page.goto(path);
    await expect(page.locator("h1, [aria-level='1']"), path).toHaveCount(1);
    expect(await barriers(page)).toEqual([]);
  }
});

test("nothing on any page keeps people out", async ({ page, account, server, hydrated }) => {
  test.slow();
  await fill(account);
  const { path } = await Account.invite(server);
  const pages = ["/", "/agenda/month/2027-03-10", "/agenda/week/2027-03-10", "/agenda/day/2027-03-11", "/event/new", "/calendars/new", "/import", "/settings", "/nothing/here", path];
  await page.goto("/agenda/week/2027-03-10");
  const event = (await page.getByRole("link", { name: eventName("Lunch") }).getAttribute("href"))!;
  pages.push(event, `/calendars/${event.split("/")[2]}`);
  for (const path of pages) {
    await page.goto(path);
    if (path.startsWith("/agenda")) await hydrated(page);
    expect(await barriers(page)).toEqual([]);
    await expect(page.locator("h1, [aria-level='1']"), path).toHaveCount(1);
  }
  await page.context().clearCookies();
  await page.goto("/sign-in");
  expect(await barriers(page)).toEqual([]);
});

test("nor does what opens over them", async ({ page, account, hydrated }) => {
  test.slow();
  await fill(account);
  await page.goto("/agenda/week/2027-03-10");
  await hydrated(page);
  await page.getByRole("link", { name: eventName("Lunch") }).click();
  await expect(page.getByRole("button", { name: "Edit" })).toBeFocused();
  expect(await barriers(page)).toEqual([]);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Pick the start date" }).click();
  await expect(page.getByRole("dialog", { name: "Choose a date" })).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByLabel("Starts").fill("soonish");
  await page.getByRole("combobox", { name: "Time zone" }).fill("new y");
  await expect(page.getByRole("option", { name: /New York/ })).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await page.goto("/agenda/week/2027-03-10");
  await hydrated(page);
  await page.getByRole("link", { name: "Change Personal" }).click();
  await page.getByText("Delete", { exact: true }).click();
  expect(await barriers(page)).toEqual([]);
  await page.goto("/settings");
  await page.getByLabel("New app password for").fill("Phone");
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByRole("listitem").filter({ hasText: "Phone" }).getByText("Revoke", { exact: true }).click();
  expect(await barriers(page)).toEqual([]);
});

test("an event's name begins with what is to be seen of it", async ({ page, account, hydrated }) => {
  await fill(account);
  const names = async (path: string, title: string) => {
    await page.goto(path);
    await hydrated(page);
    return page.getByRole("link", { name: eventName(title) }).evaluateAll((links) => links.map((link) => link.getAttribute("aria-label")!));
  };
  expect((await names("/agenda/month/2027-03-10", "Stand-up"))[0]).toBe(
    "09:15 Stand-up, 09:15 – 09:30, Tuesday, 9 March, Personal, repeats",
  );
  expect(await names("/agenda/week/2027-03-10", "Lunch")).toEqual([
    "Lunch, 12:00 – 14:30, Canteen, 2nd floor, Wednesday, 10 March, Personal",
  ]);
  expect(await names("/agenda/day/2027-03-12", "Night")).toEqual([
    "Night shift, until 06:00, Thursday, 11 March, 22:00 to Friday, 12 March, 06:00, Personal",
  ]);
});
