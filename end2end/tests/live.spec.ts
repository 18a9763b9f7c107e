import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, Page } from "@playwright/test";
import { centre, cell, event, open } from "./support/agenda.js";
import { type Account, expect, test, timed } from "./support/test.js";

/*
 * What changes elsewhere is here at once: from another browser, another tab, a CalDAV client; with the server gone in
 * between, and without moving what somebody is doing.
 */

const day = "/agenda/day/2027-03-02";
const week = "/agenda/week/2027-03-02";
/** It takes a quarter of a second; machines that run other tests meanwhile get more. */
const soon = { timeout: 5000 };

const put = (account: Account, title: string, from = "12", to = "13") =>
  account.put("lunch.ics", ...timed("lunch", `20270302T${from}0000`, `20270302T${to}0000`, title));

const state = (page: Page) => page.locator("[data-live]");
const live = (page: Page) => expect(state(page)).toHaveAttribute("data-live", "live");

const streams = (context: BrowserContext) => {
  const begun: string[] = [];
  context.on("request", (request) => request.url().includes("/api/v1.0/stream") && begun.push(request.url()));
  return begun;
};

test("what a client and another browser change appears, and only what changed is fetched", async ({ page, account, browser, hydrated, context }) => {
  await account.put("old.ics", ...timed("old", "20270303T090000", "20270303T100000", "There before"));
  await open(page, hydrated, week);
  await live(page);
  const other = await browser.newContext({ storageState: await context.storageState() });
  const there = await other.newPage();
  await open(there, hydrated, new URL("/agenda/month/2027-03-02", page.url()).href);
  await live(there);

  await put(account, "Lunch");
  for (const view of [page, there]) await expect(event(view, "Lunch")).toBeVisible(soon);
  await put(account, "Long lunch", "12", "15");
  for (const view of [page, there]) await expect(event(view, "Long lunch, 12:00 to 15:00")).toBeVisible(soon);
  const fetched: string[] = [];
  // Weeks to come are fetched ahead, all of them, whenever there is time.
  page.on("request", (request) => request.url().includes("/fn/agenda?from=2027-03-01&") && fetched.push(request.url()));
  expect((await account.caldav("DELETE", "lunch.ics")).status).toBe(204);
  for (const view of [page, there]) await expect(event(view, "Long lunch")).toHaveCount(0, soon);
  await expect(event(page, "There before")).toBeVisible();
  expect(fetched.length).toBeGreaterThan(0);
  expect(fetched.every((url) => /calendars=\d+(&|$)/.test(url)), fetched.join()).toBe(true);

  // From one page to the other, and back.
  await there.keyboard.press("n");
  await there.getByRole("textbox", { name: "Title" }).fill("Made there");
  await there.getByLabel("Starts").fill("2 March 2027");
  await there.getByRole("button", { name: "Save", exact: true }).click();
  await expect(event(page, "Made there")).toBeVisible();
  // A calendar that is hidden here is hidden there.
  await page.getByRole("checkbox", { name: "Personal" }).uncheck();
  await expect(there.getByRole("checkbox", { name: "Personal" })).not.toBeChecked(soon);
  await expect(event(there, "Made there")).toHaveCount(0, soon);
  await other.close();
});

test("tabs share one stream, and when the one that has it goes, another goes on", async ({ page, account, context, hydrated }) => {
  const begun = streams(context);
  await open(page, hydrated, day);
  await live(page);
  const tabs = [await context.newPage(), await context.newPage()];
  for (const tab of tabs) {
    await open(tab, hydrated, day);
    await live(tab);
  }
  await put(account, "Lunch");
  for (const tab of [page, ...tabs]) await expect(event(tab, "Lunch")).toBeVisible(soon);
  expect(begun.length).toBe(1);
  await page.close();
  await put(account, "Later lunch", "13", "14");
  for (const tab of tabs) await expect(event(tab, "Later lunch")).toBeVisible();
  expect(begun.length).toBe(2);
  // It goes on where the other one ended.
  expect(begun[1]).toContain("since=");
  // A page that is left and come back to is live again.
  await tabs[0].goto("/settings");
  await live(tabs[0]);
  await tabs[0].goBack();
  await live(tabs[0]);
  await put(account, "Latest lunch", "14", "15");
  for (const tab of tabs) await expect(event(tab, "Latest lunch")).toBeVisible(soon);
});

test("when the tab that has the stream says nothing more another has one, and the first follows when it wakes", async ({ page, account, context, hydrated }) => {
  test.slow();
  const begun = streams(context);
  await open(page, hydrated, day);
  await live(page);
  const other = await context.newPage();
  await other.clock.install();
  await open(other, hydrated, day);
  await live(other);
  expect(begun).toHaveLength(1);
  // It says nothing more, and what it holds it holds on to, as when a browser freezes it.
  await page.evaluate(() => {
    const { postMessage } = BroadcastChannel.prototype;
    BroadcastChannel.prototype.postMessage = () => {};
    addEventListener("wakes", () => (BroadcastChannel.prototype.postMessage = postMessage));
  });
  const wait = async (seconds: number) => {
    for (let passed = 0; passed < seconds; passed += 10) await other.clock.fastForward(10_000);
  };
  await wait(30);
  expect(begun, "nothing is given up at once").toHaveLength(1);
  await wait(70);
  await expect.poll(() => begun.length).toBe(2);
  await put(account, "Lunch");
  await expect(event(other, "Lunch")).toBeVisible(soon);
  await page.evaluate(() => dispatchEvent(new Event("wakes")));
  await put(account, "Later lunch");
  for (const tab of [page, other]) await expect(event(tab, "Later lunch")).toBeVisible(soon);
  expect(begun, "it has no stream of its own any more").toHaveLength(2);
});

test("without a connection it says until when it knows, and catches up", async ({ page, account, context, hydrated }) => {
  await open(page, hydrated, day);
  await live(page);
  await context.setOffline(true);
  await expect(state(page)).toHaveText(/^Offline – shown as of \d\d:\d\d$/);
  await put(account, "Meanwhile");
  await context.setOffline(false);
  await expect(state(page)).toHaveText("Back online");
  await expect(event(page, "Meanwhile")).toBeVisible(soon);
  await expect(state(page)).toHaveText("", { timeout: 6000 });
  await live(page);
});

test("nothing is missed while the server is gone, and the page says that it is", async ({ page, account, server, hydrated }) => {
  await open(page, hydrated, day);
  await live(page);
  await put(account, "Before");
  await expect(event(page, "Before")).toBeVisible(soon);
  await server.restart(async () => {
    await expect(state(page)).toHaveText("Reconnecting…");
    const file = join(server.data, "meanwhile.ics");
    const lines = timed("meanwhile", "20270302T150000", "20270302T160000", "Meanwhile");
    writeFileSync(file, ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tests//EN", ...lines, "END:VCALENDAR", ""].join("\r\n"));
    await server.command("import", account.name, "personal", file);
  });
  await expect(event(page, "Meanwhile")).toBeVisible();
  await live(page);
  await put(account, "After");
  await expect(event(page, "After")).toBeVisible(soon);
});

test("the dashboard follows without a page that loads", async ({ page, account }) => {
  await page.goto("/");
  await expect(page.getByText("Nothing is planned.")).toBeVisible();
  await live(page);
  await page.evaluate(() => Object.assign(window, { same: true }));
  const hour = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().replace(/[-:]|\.\d+/g, "");
  await account.put("soon.ics", "BEGIN:VEVENT", "UID:soon", "DTSTAMP:20260101T000000Z", `DTSTART:${hour(2)}`, `DTEND:${hour(3)}`, "SUMMARY:Soon", "END:VEVENT");
  await expect(page.getByRole("link", { name: /Soon/ })).toBeVisible(soon);
  // What has the focus keeps it.
  await page.getByRole("link", { name: /Soon/ }).focus();
  await account.put("later.ics", "BEGIN:VEVENT", "UID:later", "DTSTAMP:20260101T000000Z", `DTSTART:${hour(4)}`, `DTEND:${hour(5)}`, "SUMMARY:Later", "END:VEVENT");
  await expect(page.getByRole("link", { name: /Later/ })).toBeVisible(soon);
  await expect(page.getByRole("link", { name: /Soon/ })).toBeFocused();
  expect(await page.evaluate(() => (window as any).same)).toBe(true);
});

test("what changes while the dashboard asks is not taken for what it got", async ({ page, account }) => {
  await page.goto("/");
  await live(page);
  const later = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().replace(/[-:]|\.\d+/g, "");
  const plan = (name: string, hours: number) =>
    account.put(`${name}.ics`, "BEGIN:VEVENT", `UID:${name}`, "DTSTAMP:20260101T000000Z", `DTSTART:${later(hours)}`, `DTEND:${later(hours + 1)}`, `SUMMARY:${name}`, "END:VEVENT");
  const news = () => page.evaluate(() => (window as any).news as number);
  await page.evaluate(() => {
    Object.assign(window, { news: 0 });
    addEventListener("kalends-live", ({ detail }: any) => detail.startsWith("calendar ") && (window as any).news++);
  });
  // The answer of before comes right after the news of what it does not have.
  let held = false;
  await page.route((url) => url.pathname === "/", async (route) => {
    if (held) return route.continue();
    held = true;
    const response = await route.fetch();
    const before = await news();
    await plan("Second", 4);
    await expect.poll(news).toBeGreaterThan(before);
    return route.fulfill({ response });
  });
  await plan("First", 2);
  await expect(page.getByRole("link", { name: /First/ })).toBeVisible(soon);
  await expect(page.getByRole("link", { name: /Second/ })).toBeVisible(soon);
  expect(held).toBe(true);
  await page.unrouteAll({ behavior: "wait" });
});

test.describe("what somebody is doing", () => {
  test("a drag goes on, and what changed comes after it", async ({ page, account, hydrated }) => {
    await put(account, "Lunch");
    await account.put("tea.ics", ...timed("tea", "20270304T160000", "20270304T163000", "Tea"));
    await open(page, hydrated, "/agenda/month/2027-03-02");
    await live(page);
    const from = await centre(event(page, "Lunch"));
    const to = await centre(cell(page, "2027-03-10"));
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y - 40, { steps: 5 });
    await account.put("tea.ics", ...timed("tea", "20270304T160000", "20270304T163000", "Green tea"));
    await page.waitForTimeout(600);
    await page.mouse.move(to.x, to.y, { steps: 5 });
    await page.mouse.up();
    await expect(event(page, "Lunch, 12:00 to 13:00, Wednesday, 10 March")).toBeVisible();
    await expect(event(page, "Green tea")).toBeVisible();
  });

  test("an open form says that the event was changed, keeps what was typed and offers the new version", async ({ page, account, hydrated }) => {
    await put(account, "Lunch");
    await open(page, hydrated, day);
    await live(page);
    await event(page, "Lunch").click();
    const dialog = page.getByRole("dialog");
    await put(account, "Lunch in town");
    await expect(dialog.getByRole("heading", { name: "Lunch in town" })).toBeVisible(soon);
    await dialog.getByRole("button", { name: "Edit" }).click();
    const location = dialog.getByRole("combobox", { name: "Location" }).or(dialog.getByRole("textbox", { name: "Location" }));
    await location.fill("Harbour");
    await put(account, "Lunch with Ada");
    const notice = dialog.getByRole("alert");
    await expect(notice).toContainText("changed elsewhere", soon);
    await expect(location).toBeFocused();
    await expect(dialog.getByRole("textbox", { name: "Title" })).toHaveValue("Lunch in town");
    await notice.getByRole("button", { name: "Show the new version" }).click();
    await expect(dialog.getByRole("textbox", { name: "Title" })).toHaveValue("Lunch with Ada");
    await expect(location).toHaveValue("Harbour");
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(dialog).toBeHidden();
    const text = await account.get("lunch.ics");
    expect(text).toContain("SUMMARY:Lunch with Ada");
    expect(text).toContain("LOCATION:Harbour");
  });
});
