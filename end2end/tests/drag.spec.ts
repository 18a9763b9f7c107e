import type { Locator, Page } from "@playwright/test";
import { cell, centre, column, days, drag, event, minute, moved, open } from "./support/agenda.js";
import { type Account, expect, test, timed } from "./support/test.js";

/*
 * Events under the mouse: where they go, where they don't, and what is seen of it.
 */

const week = "/agenda/week/2027-03-02";

const lunch = (account: Account) => account.put("lunch.ics", ...timed("lunch", "20270302T120000", "20270302T130000", "Lunch"));

const trip = (account: Account) => account.put("trip.ics", ...days("trip", "20270303", "20270305", "Trip"));

const ghost = (page: Page) => page.locator(".chip--ghost");

/** Drags from a place on the element to another one, and lets go. */
async function drop(page: Page, from: { x: number; y: number }, to: { x: number; y: number }) {
  await drag(page, from, to);
  await page.mouse.up();
}

/** Just inside an edge of the element. */
async function edge(of: Locator, side: "left" | "right" | "top" | "bottom") {
  const { x, y, box } = await centre(of);
  if (side === "left") return { x: box.x + 3, y };
  if (side === "right") return { x: box.x + box.width - 3, y };
  return { x, y: side === "top" ? box.y + 2 : box.y + box.height - 2 };
}

test("a move that was undone can be made again", async ({ page, account, hydrated }) => {
  await lunch(account);
  await trip(account);
  await open(page, hydrated, week);
  for (const round of ["first", "second", "third"]) {
    await drop(page, await minute(page, "2027-03-02", 12, 20), await minute(page, "2027-03-04", 12, 20));
    await expect(event(page, "Lunch, 12:00 to 13:00, Thursday, 4 March"), round).toBeVisible();
    await moved(page);
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(page.getByText("Undone: Moved to")).toBeVisible();
    await expect(event(page, "Lunch, 12:00 to 13:00, Tuesday, 2 March"), round).toBeVisible();
  }
  for (const round of ["first", "second"]) {
    const { y, box } = await centre(event(page, "Trip"));
    await drop(page, { x: box.x + 20, y }, await centre(cell(page, "2027-03-05")));
    await expect(event(page, "Trip, Friday, 5 March to Saturday, 6 March"), round).toBeVisible();
    await moved(page);
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(event(page, "Trip, Wednesday, 3 March to Thursday, 4 March"), round).toBeVisible();
  }
  await expect(page.getByText("was not moved")).toHaveCount(0);
});

test("an event that somebody else put back can be moved", async ({ page, account, hydrated }) => {
  await lunch(account);
  const before = await account.get("lunch.ics");
  await open(page, hydrated, week);
  await drop(page, await minute(page, "2027-03-02", 12, 20), await minute(page, "2027-03-04", 12, 20));
  await moved(page);
  await account.caldav("PUT", "lunch.ics", before, { "content-type": "text/calendar; charset=utf-8" });
  // Whatever makes the page look again.
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await expect(event(page, "Lunch, 12:00 to 13:00, Tuesday, 2 March")).toBeVisible();
  await drop(page, await minute(page, "2027-03-02", 12, 20), await minute(page, "2027-03-05", 12, 20));
  await expect.poll(() => account.get("lunch.ics")).toContain("DTSTART;TZID=Europe/Zurich:20270305T120000");
  await expect(page.getByText("was not moved")).toHaveCount(0);
});

test("a drop outside of the grid changes nothing", async ({ page, account, hydrated }) => {
  await lunch(account);
  const asked: string[] = [];
  page.on("request", (request) => request.url().includes("/fn/event-") && asked.push(request.url()));
  for (const [view, chip] of [["week", "Lunch"], ["month", "Lunch"]] as const) {
    await open(page, hydrated, `/agenda/${view}/2027-03-02`);
    for (const outside of [".calendars", ".site-header", ".toolbar__title"]) {
      await event(page, chip).scrollIntoViewIfNeeded();
      await drag(page, await centre(event(page, chip)), await centre(column(page, "2027-03-04").or(cell(page, "2027-03-18")).first()));
      await expect(ghost(page)).toHaveCount(1);
      const away = await centre(page.locator(outside));
      await page.mouse.move(away.x, away.y, { steps: 3 });
      await expect(ghost(page), outside).toHaveCount(0);
      await expect(page.locator('[data-dragging="nowhere"]')).toHaveCSS("cursor", "no-drop");
      await page.mouse.up();
      await expect(event(page, "Lunch, 12:00 to 13:00, Tuesday, 2 March"), outside).toBeVisible();
    }
  }
  expect(asked).toEqual([]);
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("a drop on the small month moves to that date and keeps the time", async ({ page, account, hydrated }) => {
  await lunch(account);
  await open(page, hydrated, week);
  const day = page.getByRole("link", { name: "Friday, 26 March 2027" });
  await drag(page, await minute(page, "2027-03-02", 12, 20), await centre(day));
  await expect(day).toHaveAttribute("data-drop", "");
  await expect(page.locator("[data-drop]")).toHaveCount(1);
  await page.mouse.up();
  await expect(page.getByText("Moved to 12:00 – 13:00, Friday, 26 March")).toBeVisible();
  await expect(page.locator("[data-drop]")).toHaveCount(0);
  expect(await account.get("lunch.ics")).toContain("DTSTART;TZID=Europe/Zurich:20270326T120000");
});

test("minutes off the steps stay with an event that moves by days", async ({ page, account, hydrated }) => {
  await account.put("train.ics", ...timed("train", "20270302T100500", "20270302T112000", "Train"));
  await open(page, hydrated, week);
  await drop(page, await minute(page, "2027-03-02", 10, 40), await minute(page, "2027-03-03", 10, 40));
  await expect(event(page, "Train, 10:05 to 11:20, Wednesday, 3 March")).toBeVisible();
  await moved(page);
  await drop(page, await minute(page, "2027-03-03", 10, 40), await minute(page, "2027-03-03", 11, 40));
  await expect(event(page, "Train, 11:05 to 12:20, Wednesday, 3 March")).toBeVisible();
  await expect.poll(() => account.get("train.ics")).toContain("DTSTART;TZID=Europe/Zurich:20270303T110500");
});

test.describe("the ends of an event", () => {
  test("the top edge of a block moves the start", async ({ page, account, hydrated }) => {
    await account.put("lunch.ics", ...timed("lunch", "20270302T120500", "20270302T163000", "Lunch"));
    await open(page, hydrated, week);
    await minute(page, "2027-03-02", 12, 0);
    const to = await minute(page, "2027-03-02", 12, 35);
    await drop(page, await edge(event(page, "Lunch"), "top"), to);
    await expect(page.getByText("Now 12:35 – 16:30, Tuesday, 2 March")).toBeVisible();
    await expect(event(page, "Lunch, 12:35 to 16:30")).toBeVisible();
    const text = await account.get("lunch.ics");
    expect(text).toContain("DTSTART;TZID=Europe/Zurich:20270302T123500");
    expect(text).toContain("DTEND;TZID=Europe/Zurich:20270302T163000");
  });

  for (const view of ["week", "month"]) {
    test(`both ends of a bar move in the ${view}`, async ({ page, account, hydrated }) => {
      await trip(account);
      await open(page, hydrated, `/agenda/${view}/2027-03-02`);
      const bar = event(page, "Trip");
      await drop(page, await edge(bar, "right"), await centre(cell(page, "2027-03-06")));
      await expect(page.getByText("Now Wednesday, 3 March to Saturday, 6 March")).toBeVisible();
      await drop(page, await edge(bar, "left"), await centre(cell(page, "2027-03-02")));
      await expect(page.getByText("Now Tuesday, 2 March to Saturday, 6 March")).toBeVisible();
      const text = await account.get("trip.ics");
      expect(text).toContain("DTSTART;VALUE=DATE:20270302");
      expect(text).toContain("DTEND;VALUE=DATE:20270307");
      await drop(page, await edge(bar, "right"), await centre(cell(page, "2027-03-01")));
      await expect(page.getByText("Now all day, Tuesday, 2 March")).toBeVisible();
    });
  }

  test("a bar that goes over weeks has grips where it begins and ends alone", async ({ page, account, hydrated }) => {
    await account.put("fair.ics", ...timed("fair", "20270305T090000", "20270309T170000", "Fair"));
    await open(page, hydrated, "/agenda/month/2027-03-02");
    await drop(page, await edge(event(page, "Fair").nth(1), "right"), await centre(cell(page, "2027-03-11")));
    await expect(page.getByText(/^Now Friday, 5 March, 09:00 to Thursday, 11 March, 17:00/)).toBeVisible();
    // Near the corner, beside the arrow tip.
    const { box } = await centre(event(page, "Fair").nth(1));
    await drop(page, { x: box.x + 3, y: box.y + 4 }, await centre(cell(page, "2027-03-09")));
    await expect(page.getByText(/^Moved to Saturday, 6 March, 09:00 to Friday, 12 March, 17:00/)).toBeVisible();
  });

  test("the start of a series moves with its end kept, for one or for all", async ({ page, account, hydrated }) => {
    await account.put("choir.ics", ...timed("choir", "20270301T190000", "20270301T200000", "Choir", "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=4"));
    await open(page, hydrated, "/agenda/week/2027-03-08");
    const question = page.getByRole("dialog", { name: "Change a recurring event" });
    const resize = async (scope: string, hour: number) => {
      // Away from the lower edge, where a drag scrolls.
      await minute(page, "2027-03-08", 23);
      const to = await minute(page, "2027-03-08", hour, 5);
      await drop(page, await edge(event(page, "Choir"), "top"), to);
      await question.getByRole("radio", { name: scope, exact: true }).check();
      await question.getByRole("button", { name: "Save" }).click();
      await expect(question).toBeHidden();
    };
    await resize("All events", 18);
    await expect(page.getByText("Now 18:00 – 20:00, Monday, 8 March")).toBeVisible();
    const all = await account.get("choir.ics");
    expect(all).toContain("DTSTART;TZID=Europe/Zurich:20270301T180000");
    expect(all).toContain("DTEND;TZID=Europe/Zurich:20270301T200000");
    expect(all).toContain("BYDAY=MO");
    await resize("This event", 17);
    await expect(page.getByText("Now 17:00 – 20:00, Monday, 8 March")).toBeVisible();
    const one = await account.get("choir.ics");
    expect(one).toContain("RECURRENCE-ID;TZID=Europe/Zurich:20270308T180000");
    expect(one).toContain("DTSTART;TZID=Europe/Zurich:20270308T170000");
    expect(one).toContain("DTEND;TZID=Europe/Zurich:20270308T200000");
  });
});

test("what is dragged looks like the event", async ({ page, account, hydrated }) => {
  await lunch(account);
  await trip(account);
  const edgeColor = (of: Locator) => of.first().evaluate((chip) => getComputedStyle(chip).borderInlineStartColor);
  await open(page, hydrated, week);
  const chip = await centre(event(page, "Lunch"));
  const color = await edgeColor(event(page, "Lunch"));
  await drag(page, await minute(page, "2027-03-02", 12, 20), await minute(page, "2027-03-04", 12, 20));
  await expect(ghost(page)).toContainText("Lunch");
  await expect(ghost(page)).toContainText("12:00 – 13:00");
  expect(await edgeColor(ghost(page))).toBe(color);
  const here = await centre(ghost(page));
  expect(Math.abs(here.box.width - chip.box.width)).toBeLessThan(3);
  expect(Math.abs(here.box.height - chip.box.height)).toBeLessThan(3);
  await page.keyboard.press("Escape");
  await page.mouse.up();
  for (const view of ["week", "month"]) {
    await open(page, hydrated, `/agenda/${view}/2027-03-02`);
    const bar = await centre(event(page, "Trip"));
    await drag(page, { x: bar.box.x + 20, y: bar.y }, await centre(cell(page, "2027-03-05")));
    await expect(ghost(page)).toHaveText("Trip");
    const here = await centre(ghost(page));
    expect(Math.abs(here.box.width - bar.box.width), view).toBeLessThan(4);
    expect(Math.abs(here.box.height - bar.box.height), view).toBeLessThan(3);
    expect(Math.abs(here.box.y - bar.box.y), view).toBeLessThan(3);
    expect(await edgeColor(ghost(page))).toBe(color);
    await page.keyboard.press("Escape");
    await page.mouse.up();
  }
  await drag(page, await centre(event(page, "Lunch")), await centre(cell(page, "2027-03-18")));
  await expect(ghost(page)).toContainText("12:00");
  await expect(ghost(page)).toContainText("Lunch");
  expect((await centre(ghost(page))).box.height).toBeLessThan(30);
  await page.mouse.up();
  await moved(page);
});

test.describe("before the WebAssembly is there", () => {
  /** Lets it come. */
  let arrive: () => void;

  test.beforeEach(async ({ page }) => {
    const held = new Promise<void>((done) => (arrive = done));
    await page.route("**/*.wasm", async (route) => {
      await held;
      await route.continue();
    });
  });

  test("a drag is no click", async ({ page, account, hydrated }) => {
    await account.put("long.ics", ...timed("long", "20270302T100000", "20270302T150000", "Long talk"));
    await page.goto(week, { waitUntil: "domcontentloaded" });
    await expect(event(page, "Long talk")).toBeVisible();
    const { x, y } = await centre(event(page, "Long talk"));
    await drop(page, { x, y }, { x, y: y + 40 });
    await page.waitForTimeout(300);
    expect(page.url()).toContain(week);
    expect(await page.evaluate(() => document.documentElement.dataset.hydrated)).toBeUndefined();
    arrive();
    await hydrated(page);
    await expect(event(page, "Long talk, 10:00 to 15:00")).toBeVisible();
  });

  test("a click still is one", async ({ page, account }) => {
    await lunch(account);
    await page.goto(week, { waitUntil: "domcontentloaded" });
    await event(page, "Lunch").click();
    await expect(page).toHaveURL(/\/event\/\d+\/lunch\.ics/);
  });

  test("a calendar that was unticked stays so", async ({ page, context, account, hydrated }) => {
    await lunch(account);
    await page.goto(week, { waitUntil: "domcontentloaded" });
    const box = page.locator(".calendars__list").getByRole("checkbox");
    await box.uncheck();
    const kept = page.waitForResponse((response) => response.url().endsWith("/fn/calendars-hide"));
    arrive();
    await hydrated(page);
    await expect(event(page, "Lunch")).toHaveCount(0);
    await expect(box).not.toBeChecked();
    expect((await kept).status()).toBe(200);
    // It is the person's, not the browser's.
    const cookies = (await context.cookies()).map((cookie) => cookie.name);
    expect(cookies.filter((name) => /hidden|default/.test(name))).toEqual([]);
    await page.reload();
    await expect(box).not.toBeChecked();
    await expect(event(page, "Lunch")).toHaveCount(0);
  });
});
