import type { Page } from "@playwright/test";
import { cell, centre, column, event, open } from "./support/agenda.js";
import { type Account, expect, test, timed } from "./support/test.js";

/*
 * What the grid shows when there is much, little or nothing to show, and the way back from what it opens.
 */

const week = "/agenda/week/2027-03-02";

const lunch = (account: Account) =>
  account.put("lunch.ics", ...timed("lunch", "20270302T120000", "20270302T130000", "Lunch with the whole team", "LOCATION:By the window"));

const card = (page: Page) => page.locator(".hover-card");

test.describe("days that are not there", () => {
  test("are not shown as empty, and come when the connection is back", async ({ page, context, account, hydrated }) => {
    test.slow();
    await account.put("far.ics", ...timed("far", "20270601T120000", "20270601T130000", "Far away"));
    for (const view of ["week", "month"]) {
      await open(page, hydrated, `/agenda/${view}/2027-03-02`);
      const offline = page.getByText("Offline – shown as of");
      await expect(offline).toHaveCount(0);
      await context.setOffline(true);
      await expect(offline).toBeVisible();
      for (let steps = 0; steps < (view === "week" ? 13 : 3); steps++) await page.keyboard.press("j");
      const note = page.getByRole("alert").filter({ hasText: "Not loaded" });
      await expect(note).toContainText("The events could not be fetched.");
      await note.getByRole("button", { name: "Retry" }).click();
      await expect(note).toBeVisible();
      // Longer than any message lasts.
      await page.waitForTimeout(13_000);
      await expect(note).toBeVisible();
      await context.setOffline(false);
      await expect(event(page, "Far away")).toBeVisible({ timeout: 6000 });
      await expect(note).toBeHidden();
      await expect(offline).toHaveCount(0);
    }
  });

  test("are hatched while a slow answer is on its way", async ({ page, account, hydrated }) => {
    void account;
    await open(page, hydrated, week);
    let answer = () => {};
    const answered = new Promise<void>((resolve) => (answer = resolve));
    await page.route("**/fn/agenda?*", async (route) => {
      await answered;
      await route.continue();
    });
    for (let steps = 0; steps < 4; steps++) await page.keyboard.press("j");
    await expect(page.locator(".unknown")).toBeVisible();
    await expect(page.getByText("Not loaded")).toBeHidden();
    answer();
    await expect(page.locator(".unknown")).toBeHidden();
  });

  test("are said to be unknown when the server fails, until it is asked again", async ({ page, account, hydrated }) => {
    void account;
    await open(page, hydrated, week);
    await page.route("**/fn/agenda?*", (route) => route.abort());
    for (let steps = 0; steps < 4; steps++) await page.keyboard.press("j");
    await expect(page.getByText("Not loaded")).toBeVisible();
    await page.unroute("**/fn/agenda?*");
    await page.getByRole("button", { name: "Retry" }).click();
    await expect(page.getByText("Not loaded")).toBeHidden();
  });
});

test("many events at one time overlap, each wide enough to be read and reached", async ({ page, account, hydrated }) => {
  for (let n = 0; n < 10; n++) {
    await account.put(`e${n}.ics`, ...timed(`e${n}`, "20270302T100000", "20270302T120000", `Meeting ${n}`));
  }
  await open(page, hydrated, week);
  const { box: day } = await centre(column(page, "2027-03-02"));
  const boxes = await event(page, "Meeting").evaluateAll((chips) => chips.map((chip) => chip.getBoundingClientRect().toJSON()));
  expect(boxes).toHaveLength(10);
  boxes.forEach((box, n) => {
    expect(box.width).toBeGreaterThan(48);
    expect(box.left).toBeGreaterThanOrEqual(day.x);
    expect(box.right).toBeLessThanOrEqual(day.x + day.width);
    // A strip of each is free for the pointer.
    if (n > 0) expect(box.left - boxes[n - 1].left).toBeGreaterThan(6);
  });
  const front = (x: number, y: number) => page.evaluate(([x, y]) => document.elementFromPoint(x!, y!)?.closest("[data-event]")?.textContent, [x, y]);
  const third = boxes[3];
  await page.mouse.move(third.left + 3, third.top + 30);
  expect(await front(third.right - 8, third.top + 30)).toContain("Meeting 3");
  await page.mouse.move(5, 400);
  await expect(card(page)).toBeHidden();
  await event(page, "Meeting 6").focus();
  expect(await front(boxes[6].right - 8, boxes[6].top + 60)).toContain("Meeting 6");
});

test("an event says in full what has no room, to pointers and keys", async ({ page, account, hydrated }) => {
  await lunch(account);
  await account.put("talk.ics", ...timed("talk", "20270304T120000", "20270304T130000", "Talk"));
  for (const view of ["week", "month"]) {
    await open(page, hydrated, `/agenda/${view}/2027-03-02`);
    const chip = await centre(event(page, "Lunch"));
    await expect(card(page)).toBeHidden();
    await page.mouse.move(chip.x, chip.y, { steps: 3 });
    await expect(card(page)).toBeVisible();
    for (const text of ["Lunch with the whole team", "12:00 – 13:00, Tuesday, 2 March", "By the window", "Personal"]) {
      await expect(card(page), view).toContainText(text);
    }
    // The pointer may go onto it.
    const own = await centre(card(page));
    await page.mouse.move(own.x, own.y, { steps: 8 });
    await page.waitForTimeout(500);
    await expect(card(page)).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(card(page)).toBeHidden();
    await page.mouse.move(chip.x, chip.y, { steps: 3 });
    await expect(card(page)).toBeVisible();
    await page.mouse.move(5, 400);
    await expect(card(page)).toBeHidden();
    // By keyboard.
    await page.keyboard.press("Shift");
    await event(page, "Talk").focus();
    await expect(card(page)).toBeVisible();
    await expect(card(page)).toContainText("Talk");
    await page.keyboard.press("Escape");
    await expect(card(page)).toBeHidden();
    await expect(event(page, "Talk")).toBeFocused();
  }
});

test("the lane of whole days has room for a drop when nothing is in it", async ({ page, account, hydrated }) => {
  void account;
  await open(page, hydrated, week);
  expect((await centre(page.locator(".grid__all-day"))).box.height).toBeGreaterThanOrEqual(24);
});

test.describe("on a small laptop", () => {
  test.use({ viewport: { width: 1280, height: 720 } });

  test("a month of six weeks fits, with what it leaves out", async ({ page, account, hydrated }) => {
    // August 2027 begins on a Sunday.
    for (const day of ["0801", "0830", "0905"]) {
      for (let n = 0; n < 6; n++) await account.put(`e${day}${n}.ics`, ...timed(`e${day}${n}`, `2027${day}T1${n}0000`, `2027${day}T1${n}3000`, `Event ${n}`));
    }
    await open(page, hydrated, "/agenda/month/2027-08-10");
    const month = page.locator(".month");
    await expect(month.locator(".month__week")).toHaveCount(6);
    expect(await month.evaluate((month) => month.scrollHeight - month.clientHeight)).toBe(0);
    for (const day of ["2027-08-01", "2027-08-30", "2027-09-05"]) {
      const more = await centre(cell(page, day).locator(".day__more"));
      const { box } = await centre(cell(page, day));
      expect(more.box.y + more.box.height, day).toBeLessThanOrEqual(box.y + box.height);
      expect(box.y + box.height).toBeLessThanOrEqual(720);
    }
  });
});

test.describe("the room that a month has", () => {
  const ROWS = 6;
  const EVENTS = 12;

  test.beforeEach(async ({ account }) => {
    for (let n = 10; n < 10 + EVENTS; n++) await account.put(`e${n}.ics`, ...timed(`e${n}`, `20270310T${n}0000`, `20270310T${n}3000`, `Event ${n}`));
    await account.put("odd.ics", ...timed("odd", "20270311T100000", "20270311T110000", '<i title="x">Odd</i> & "odd"'));
  });

  /** What the tenth of March shows: events, and how many it says are left out. */
  const shown = (page: Page) =>
    cell(page, "2027-03-10").evaluate((day) => {
      const seen = (found: Element) => getComputedStyle(found).display !== "none";
      const more = [...day.querySelectorAll(".day__more")].filter(seen)[0];
      return {
        events: [...day.querySelectorAll(".chip")].filter(seen).length,
        // What a counter says cannot be read.
        leftOut: more ? Number(getComputedStyle(more, "::before").getPropertyValue("--hidden")) : 0,
        below: Math.max(...[...day.querySelectorAll(".chip, .day__more")].filter(seen).map((found) => found.getBoundingClientRect().bottom)) - day.getBoundingClientRect().bottom,
      };
    });

  test("is used and no more, however often the window changes", async ({ page, hydrated }) => {
    await page.setViewportSize({ width: 1280, height: 800 });
    await open(page, hydrated, "/agenda/month/2027-03-02");
    const counts: number[] = [];
    for (const height of [800, 500, 1600, 800, 2400, 500]) {
      await page.setViewportSize({ width: 1280, height });
      await expect.poll(async () => (await shown(page)).below, `${height} px`).toBeLessThanOrEqual(0);
      await expect
        .poll(async () => {
          const { events, leftOut, below } = await shown(page);
          // One lane more would not fit, unless everything is there.
          return events + leftOut === EVENTS && below <= 0 && (leftOut === 0 || below > -23 || events === 9);
        }, `${height} px`)
        .toBe(true);
      counts.push((await shown(page)).events);
    }
    const [start, small, large, again, , last] = counts;
    expect(small).toBeLessThan(start!);
    expect(large).toBeGreaterThan(start!);
    expect([again, last]).toEqual([start, small]);
    // A month of six weeks has less room than one of five.
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto("/agenda/month/2027-03-02");
    await hydrated(page);
    await page.keyboard.press("k");
    await expect(page.locator(".month__week")).toHaveCount(4);
    await page.keyboard.press("j");
    await expect(page.locator(".month__week")).toHaveCount(5);
    expect((await shown(page)).events).toBe(start);
    for (let steps = 0; steps < 5; steps++) await page.keyboard.press("j");
    await expect(page.locator(".month__week")).toHaveCount(ROWS);
    for (let steps = 0; steps < 5; steps++) await page.keyboard.press("k");
    await expect(cell(page, "2027-03-10")).toBeVisible();
    expect((await shown(page)).events).toBe(start);
  });

  test("is found out without a script as with one", async ({ page, browser, context, hydrated, baseURL }) => {
    const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await context.storageState(), baseURL });
    const other = await plain.newPage();
    for (const height of [500, 620, 800, 1000, 1600]) {
      for (const looked of [page, other]) {
        await looked.setViewportSize({ width: 1280, height });
        await looked.goto("/agenda/month/2027-03-02");
      }
      await hydrated(page);
      await expect(page.locator(".month[data-room]")).toBeVisible();
      const visible = (looked: Page) => cell(looked, "2027-03-10").locator(".chip").filter({ visible: true }).count();
      expect(await visible(page), `${height} px`).toBe(await visible(other));
      const more = async (looked: Page) => cell(looked, "2027-03-10").locator(".day__more").filter({ visible: true }).count();
      expect(await more(page), `${height} px`).toBe(await more(other));
    }
    await plain.close();
  });

  test("is that of the sheet on paper, and of the window after it", async ({ page, hydrated }) => {
    await page.setViewportSize({ width: 1280, height: 1600 });
    await open(page, hydrated, "/agenda/month/2027-03-02");
    await expect(page.locator(".month[data-room]")).toBeVisible();
    const before = await shown(page);
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    await expect(page.locator(".month[data-room]")).toHaveCount(0);
    await page.emulateMedia({ media: "print" });
    const printed = await shown(page);
    expect(printed.below).toBeLessThanOrEqual(0);
    expect(printed.events).toBeLessThan(before.events);
    await page.emulateMedia({ media: null });
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    await expect(page.locator(".month[data-room]")).toBeVisible();
    expect(await shown(page)).toEqual(before);
  });

  test("is filled with titles as they are", async ({ page, hydrated }) => {
    await open(page, hydrated, "/agenda/month/2027-03-02");
    const odd = cell(page, "2027-03-11").locator(".chip");
    await expect(odd.locator(".chip__title")).toHaveText('<i title="x">Odd</i> & "odd"');
    await expect(odd).toHaveAttribute("aria-label", /^10:00 <i title="x">Odd<\/i> & "odd", /);
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    await expect(odd.locator(".chip__title")).toHaveText('<i title="x">Odd</i> & "odd"');
    await expect(page.locator(".month i")).toHaveCount(0);
  });

  test("is drawn without taking the focus of who was faster than the program", async ({ page, hydrated }) => {
    await page.setViewportSize({ width: 1280, height: 800 });
    await open(page, hydrated, "/agenda/month/2027-03-02");
    const first = cell(page, "2027-03-10").locator(".chip").first();
    await first.focus();
    await page.setViewportSize({ width: 1280, height: 1200 });
    await expect.poll(async () => (await shown(page)).events).toBeGreaterThan(5);
    await expect(first).toBeFocused();
  });
});

test.describe("without a script", () => {
  test.use({ javaScriptEnabled: false });

  test("the week opens at the working hours, and scrolls", async ({ page, account }) => {
    await lunch(account);
    await page.goto(week);
    const top = await centre(page.locator(".grid__top"));
    const seven = async () => (await column(page, "2027-03-02").locator('[data-hour="7"]').boundingBox())!.y - (top.box.y + top.box.height);
    await expect.poll(seven).toBeGreaterThan(-1);
    expect(await seven()).toBeLessThan(60);
    // It may go anywhere from there.
    await page.waitForTimeout(300);
    const before = await seven();
    await page.mouse.move(700, 500);
    await page.mouse.wheel(0, -200);
    await expect.poll(async () => Math.round((await seven()) - before)).toBe(200);
    await page.waitForTimeout(300);
    expect(Math.round((await seven()) - before)).toBe(200);
  });
});

test.describe("the way back", () => {
  test("closes the details and stays on the page", async ({ page, account, hydrated }) => {
    await lunch(account);
    await page.goto("/");
    await page.getByRole("link", { name: "Agenda", exact: true }).click();
    await page.waitForURL("**/agenda/month/*");
    await open(page, hydrated, week);
    for (const round of [1, 2, 3]) {
      await event(page, "Lunch").click();
      await expect(page.getByRole("dialog")).toContainText("Lunch");
      if (round === 2) {
        await page.keyboard.press("Escape");
      } else {
        await page.goBack();
      }
      await expect(page.getByRole("dialog")).toHaveCount(0);
      await expect(page).toHaveURL(new RegExp(week));
      await expect(event(page, "Lunch")).toBeFocused();
    }
    // No step of the way back is left over from that.
    await page.goBack();
    await expect(page).toHaveURL(/\/agenda\/month\//);
  });

  test("passes over what a dialog that was closed otherwise left", async ({ page, account, hydrated }) => {
    await lunch(account);
    await open(page, hydrated, "/agenda/week/2027-02-23");
    await page.getByRole("link", { name: "Next week" }).click();
    await event(page, "Lunch").click();
    await expect(page.getByRole("dialog")).toContainText("Lunch");
    await page.keyboard.press("Escape");
    await page.keyboard.press("j");
    await expect(page.getByRole("heading", { level: 1, name: "8 – 14 March 2027" })).toBeVisible();
    await page.goBack();
    await expect(page.getByRole("heading", { level: 1, name: "1 – 7 March 2027" })).toBeVisible();
    await page.goBack();
    await expect(page.getByRole("heading", { level: 1, name: "22 – 28 February 2027" })).toBeVisible();
  });

  test("asks before it drops what was typed", async ({ page, account, hydrated }) => {
    void account;
    await open(page, hydrated, "/agenda/week/2027-02-23");
    await page.getByRole("link", { name: "Next week" }).click();
    await page.getByRole("link", { name: "New event", exact: true }).click();
    const form = page.getByRole("dialog", { name: "New event" });
    await form.getByLabel("Title").fill("Long thought");
    for (let times = 0; times < 2; times++) {
      await page.goBack();
      await expect(form.getByText("Discard what you typed?")).toBeVisible();
      await expect(page.getByRole("heading", { level: 1, name: "1 – 7 March 2027" })).toBeAttached();
      await form.getByRole("button", { name: "Keep editing" }).click();
      await expect(form.getByLabel("Title")).toHaveValue("Long thought");
    }
    await page.goBack();
    await form.getByRole("button", { name: "Discard" }).click();
    await expect(form).toBeHidden();
    await page.goBack();
    await expect(page.getByRole("heading", { level: 1, name: "22 – 28 February 2027" })).toBeVisible();
  });

  test("a reload with the details open, and a link to an event, lead back as well", async ({ page, account, hydrated }) => {
    await lunch(account);
    await open(page, hydrated, "/agenda/week/2027-02-23");
    await open(page, hydrated, week);
    const address = await event(page, "Lunch").getAttribute("href");
    await event(page, "Lunch").click();
    await expect(page.getByRole("dialog")).toContainText("Lunch");
    await page.reload();
    await hydrated(page);
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await page.goto(address!);
    await expect(page.getByLabel("Title").or(page.getByRole("heading", { name: "Lunch with the whole team" })).first()).toBeVisible();
    await page.goBack();
    await expect(page).toHaveURL(new RegExp(week));
  });
});
