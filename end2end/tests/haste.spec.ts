import type { Page } from "@playwright/test";
import { type Account, eventName, expect, test, timed } from "./support/test.js";

/*
 * People are faster than the network, change their minds, and lose the connection.
 */

const event = (page: Page, name: string) => page.getByRole("link", { name: eventName(name) });

async function twoEvents(account: Account) {
  await account.put("lunch.ics", ...timed("lunch", "20270302T120000", "20270302T130000", "Lunch"));
  await account.put("talk.ics", ...timed("talk", "20270303T150000", "20270303T160000", "Talk"));
}

/** Answers of a server function come that much later. */
const slow = (page: Page, name: string, milliseconds: number) =>
  page.route(`**/fn/${name}*`, async (route) => {
    await new Promise((later) => setTimeout(later, milliseconds));
    await route.continue();
  });

/** What goes wrong in the page itself. */
function failures(page: Page): string[] {
  const found: string[] = [];
  page.on("pageerror", (error) => found.push(error.message));
  page.on("console", (message) => message.type() === "error" && /panicked|disposed/.test(message.text()) && found.push(message.text()));
  return found;
}

async function open(page: Page, hydrated: (page: Page) => Promise<void>, path = "/agenda/week/2027-03-02") {
  await page.goto(path);
  await hydrated(page);
}

test("a deletion that ends late leaves what was opened meanwhile alone", async ({ page, account, hydrated }) => {
  await twoEvents(account);
  await open(page, hydrated);
  await slow(page, "event-delete", 1500);
  await event(page, "Lunch").click();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.keyboard.press("Escape");
  await event(page, "Talk").click();
  await page.getByRole("button", { name: "Edit" }).click();
  const form = page.getByRole("dialog", { name: "Edit event" });
  await form.getByLabel("Location").fill("Room 3");
  await expect(page.getByText("Event deleted.")).toBeVisible();
  await expect(form.getByLabel("Location")).toHaveValue("Room 3");
  await expect(event(page, "Lunch")).toHaveCount(0);
});

test("a double click deletes once and can be undone", async ({ page, account, hydrated }) => {
  await twoEvents(account);
  await open(page, hydrated);
  await slow(page, "event-delete", 300);
  await event(page, "Lunch").click();
  await page.getByRole("button", { name: "Delete" }).dblclick();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(event(page, "Lunch")).toBeVisible();
});

test("who leaves while a deletion is under way hears of it and can undo it", async ({ page, account, hydrated }) => {
  const wrong = failures(page);
  const today = new Date().toLocaleDateString("sv-SE", { timeZone: "Europe/Zurich" }).replaceAll("-", "");
  await account.put("lunch.ics", ...timed("lunch", `${today}T120000`, `${today}T130000`, "Lunch"));
  await open(page, hydrated, "/agenda");
  await page.evaluate(() => {
    const link = document.createElement("a");
    Object.assign(link, { href: "/event/new", textContent: "Elsewhere" });
    document.querySelector("main")!.prepend(link);
  });
  await page.getByRole("link", { name: "Elsewhere" }).click();
  await page.goBack();
  await slow(page, "event-delete", 1000);
  await event(page, "Lunch").click();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.goForward();
  await expect(page.getByRole("heading", { name: "New event" })).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(async () => (await account.caldav("GET", "lunch.ics")).status).toBe(200);
  await page.goBack();
  await expect(event(page, "Lunch")).toBeVisible();
  expect(wrong).toEqual([]);
});

test("a question does not outlive what it is about", async ({ page, account, hydrated }) => {
  const wrong = failures(page);
  await account.put("run.ics", ...timed("run", "20270302T120000", "20270302T130000", "Run", "RRULE:FREQ=DAILY;COUNT=3"));
  await open(page, hydrated, "/agenda/month/2027-03-02");
  await page.getByRole("link", { name: "Week", exact: true }).click();
  await event(page, "Run, 12:00 to 13:00, Tuesday").click();
  await page.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("dialog", { name: "Delete a recurring event" })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  expect(wrong).toEqual([]);
});

test("an event that is moved twice in a row is where it was put last", async ({ page, account, hydrated }) => {
  await twoEvents(account);
  await open(page, hydrated);
  await slow(page, "event-move", 600);
  for (const [from, to] of [["2027-03-02", "2027-03-04"], ["2027-03-04", "2027-03-05"]] as const) {
    const slot = (day: string) => page.locator(`[data-column="${day}"] [data-hour="12"]`);
    await slot(from).scrollIntoViewIfNeeded();
    const [start, end] = [(await slot(from).boundingBox())!, (await slot(to).boundingBox())!];
    await page.mouse.move(start.x + start.width / 2, start.y + 10);
    await page.mouse.down();
    await page.mouse.move(end.x + end.width / 2, end.y + 10, { steps: 6 });
    await page.mouse.up();
  }
  await expect.poll(() => account.get("lunch.ics")).toContain("DTSTART;TZID=Europe/Zurich:20270305T120000");
  await expect(event(page, "Lunch, 12:00 to 13:00, Friday, 5 March")).toBeVisible();
  await expect(page.getByText("was not moved")).toHaveCount(0);
});

test("a week that could not be fetched comes as soon as it can be", async ({ page, context, account, hydrated }) => {
  await account.put("far.ics", ...timed("far", "20270601T120000", "20270601T130000", "Far away"));
  await open(page, hydrated, "/agenda/week/2027-03-02");
  await context.setOffline(true);
  for (let week = 0; week < 13; week++) await page.keyboard.press("j");
  await expect(page.getByRole("heading", { level: 1, name: "31 May – 6 Jun 2027" })).toBeVisible();
  await expect(page.getByText("could not be fetched")).toBeVisible();
  await context.setOffline(false);
  await expect(event(page, "Far away")).toBeVisible({ timeout: 15_000 });
});

test("the way back from the agenda leads to the dashboard", async ({ page, account, hydrated }) => {
  void account;
  await page.goto("/");
  await page.getByRole("link", { name: "Agenda", exact: true }).click();
  await page.waitForURL("**/agenda/month/*");
  await hydrated(page);
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Next events" })).toBeVisible();
});

test("what is gone elsewhere goes from the agenda when it is asked for", async ({ page, account, hydrated }) => {
  await twoEvents(account);
  // Without the stream it is not known before.
  await page.route("**/api/v1.0/stream*", (route) => route.abort());
  await open(page, hydrated);
  await account.caldav("DELETE", "lunch.ics");
  await event(page, "Lunch").click();
  await expect(page.getByText("was not found")).toBeVisible();
  await expect(event(page, "Lunch")).toHaveCount(0);
  await expect(event(page, "Talk")).toBeVisible();
});

test("a time that the clocks leap over is refused at its field", async ({ page, account, hydrated }) => {
  await open(page, hydrated, "/agenda/week/2027-03-28");
  await page.getByRole("link", { name: "New event", exact: true }).click();
  const form = page.getByRole("dialog", { name: "New event" });
  await form.getByLabel("Title").fill("Too early");
  await form.getByLabel("Starts").fill("2027-03-28");
  await form.getByLabel("Start time").fill("02:30");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form.getByText("The clocks go forward over this time on that day.")).toBeVisible();
  await expect(form.getByLabel("Start time")).toHaveAttribute("aria-invalid", "true");
  await form.getByLabel("Start time").fill("03:30");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(event(page, "Too early, 03:30 to 04:30")).toBeVisible();
  void account;
});

test("a date that is typed digit by digit takes along the day it came from, and no other", async ({ page, account, hydrated }) => {
  void account;
  await open(page, hydrated, "/agenda/week/2027-03-01");
  await page.getByRole("link", { name: "New event", exact: true }).click();
  const form = page.getByRole("dialog", { name: "New event" });
  await form.getByLabel("Starts").fill("2027-03-01");
  await form.getByLabel("Repeats").selectOption("weekly");
  await form.getByRole("checkbox", { name: "Tuesday" }).check();
  for (const date of ["2027-03-02", "2027-03-24"]) await form.getByLabel("Starts").fill(date);
  await expect(form.getByRole("checkbox", { name: "Wednesday" })).toBeChecked();
  await expect(form.getByRole("checkbox", { name: "Tuesday" })).toBeChecked();
  await expect(form.getByRole("checkbox", { name: "Monday" })).not.toBeChecked();
});

test("another calendar for one of a series is for all of it, and says so first", async ({ page, account, hydrated }) => {
  await account.put("run.ics", ...timed("run", "20270302T120000", "20270302T130000", "Run", "RRULE:FREQ=DAILY;COUNT=3"));
  await page.goto("/calendars/new");
  await page.getByLabel("Name").fill("Sport");
  await page.getByRole("button", { name: "Create" }).click();
  await page.waitForURL("**/agenda/**");
  await open(page, hydrated);
  await event(page, "Run, 12:00 to 13:00, Wednesday").click();
  await page.getByRole("button", { name: "Edit" }).click();
  const form = page.getByRole("dialog", { name: "Edit event" });
  await form.getByLabel("Calendar").selectOption({ label: "Sport" });
  await form.getByRole("button", { name: "Save" }).click();
  const question = page.getByRole("dialog", { name: "Change a recurring event" });
  await expect(question.getByRole("radio")).toHaveCount(1);
  await question.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  expect((await account.caldav("GET", "run.ics")).status).toBe(404);
});
