import type { Page } from "@playwright/test";
import { cell, centre, column, days, drag, event, minute, moved, open } from "./support/agenda.js";
import { type Account, eventName, expect, test, timed } from "./support/test.js";

const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name });

const lunch = (account: Account) =>
  account.put("lunch.ics", ...timed("lunch", "20270302T120000", "20270302T130000", "Lunch", "X-TABLE:by the window"));

test.describe("as the server sends it", () => {
  test.use({ javaScriptEnabled: false });

  test("events are in the page, and links lead everywhere", async ({ page, account }) => {
    await lunch(account);
    await page.goto("/agenda/month/2027-03-02");
    await expect(heading(page, "March 2027")).toBeVisible();
    await expect(event(page, "Lunch, 12:00 to 13:00, Tuesday, 2 March")).toBeVisible();
    await page.getByRole("link", { name: "Week", exact: true }).click();
    await expect(heading(page, "1 – 7 March 2027")).toBeVisible();
    await page.getByRole("link", { name: "Next week" }).click();
    await expect(heading(page, "8 – 14 March 2027")).toBeVisible();
    await page.getByRole("link", { name: "Previous week" }).click();
    await event(page, "Lunch").click();
    await expect(page).toHaveURL(/\/event\/\d+\/lunch\.ics/);
    await page.goto("/agenda/month/2027-03-02");
    await cell(page, "2027-03-10").getByRole("link", { name: /New event/ }).click();
    await expect(page).toHaveURL(/\/event\/new\?start=2027-03-10&end=2027-03-10/);
  });
});

test("nothing moves when the browser takes the page over", async ({ page, account, hydrated }) => {
  await lunch(account);
  for (const view of ["month", "week", "day"]) {
    await page.addInitScript(() => {
      Object.assign(window, { shifted: 0 });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) Object.assign(window, { shifted: (window as any).shifted + (entry as any).value });
      }).observe({ type: "layout-shift", buffered: true });
    });
    await open(page, hydrated, `/agenda/${view}/2027-03-02`);
    await page.waitForTimeout(300);
    expect(await page.evaluate(() => (window as any).shifted), view).toBeLessThan(0.001);
  }
});

test("an address that is none says so", async ({ page, account }) => {
  for (const path of ["/agenda/decade/2027-03-02", "/agenda/week/2027-02-30"]) {
    const response = await page.goto(path);
    expect(response?.status(), `${path} for ${account.name}`).toBe(404);
    await expect(heading(page, "There is nothing here")).toBeVisible();
  }
});

test.describe("what is shown", () => {
  test("long events run over days and weeks", async ({ page, account, hydrated }) => {
    await account.put("trip.ics", ...days("trip", "20270305", "20270310", "Trip"));
    await open(page, hydrated, "/agenda/month/2027-03-02");
    const bars = event(page, "Trip, Friday, 5 March to Tuesday, 9 March");
    await expect(bars).toHaveCount(2);
    const [first, second] = [await centre(bars.nth(0)), await centre(bars.nth(1))];
    const { box } = await centre(cell(page, "2027-03-05"));
    expect(Math.abs(first.box.width - 3 * box.width)).toBeLessThan(8);
    expect(Math.abs(second.box.width - 2 * box.width)).toBeLessThan(8);
    expect(second.box.y).toBeGreaterThan(first.box.y + 50);
    await page.keyboard.press("w");
    await expect(heading(page, "1 – 7 March 2027")).toBeVisible();
    await expect(bars).toHaveCount(1);
  });

  test("events at one time stand side by side", async ({ page, account, hydrated }) => {
    await account.put("a.ics", ...timed("a", "20270302T100000", "20270302T120000", "Alpha"));
    await account.put("b.ics", ...timed("b", "20270302T110000", "20270302T123000", "Beta"));
    await account.put("c.ics", ...timed("c", "20270302T140000", "20270302T150000", "Gamma"));
    await open(page, hydrated, "/agenda/week/2027-03-02");
    const [a, b, c] = await Promise.all(["Alpha", "Beta", "Gamma"].map((name) => centre(event(page, name))));
    expect(b!.box.x).toBeGreaterThanOrEqual(a!.box.x + a!.box.width);
    expect(b!.box.y).toBeGreaterThan(a!.box.y);
    expect(c!.box.width).toBeGreaterThan(1.8 * a!.box.width);
  });

  test("a full day says how many more there are, and lists them", async ({ page, account, hydrated }) => {
    for (let n = 0; n < 9; n++) {
      await account.put(`e${n}.ics`, ...timed(`e${n}`, `20270302T${10 + n}0000`, `20270302T${11 + n}0000`, `Event ${n}`));
    }
    await open(page, hydrated, "/agenda/month/2027-03-02");
    const more = page.getByRole("link", { name: /^All 9 events/ });
    const shown = await event(page, "Event").count();
    const visible = (await Promise.all([...Array(shown).keys()].map((n) => event(page, "Event").nth(n).isVisible()))).filter(Boolean).length;
    const said = await more.evaluate((link) => getComputedStyle(link).getPropertyValue("--hidden"));
    expect(visible + Number(said.trim() || NaN)).toBe(9);
    await more.click();
    const list = page.getByRole("dialog", { name: "Events of the day" });
    await expect(list.getByRole("link", { name: eventName("Event") })).toHaveCount(9);
    await page.keyboard.press("Escape");
    await expect(list).toBeHidden();
  });

  test("the days on which the clocks change have 24 hours on the wall", async ({ page, account, hydrated }) => {
    // Clocks go from 02:00 to 03:00 on 28 March and back from 03:00 to 02:00 on 31 October.
    await account.put("s.ics", ...timed("s", "20270328T013000", "20270328T040000", "Spring"));
    await account.put("o.ics", ...timed("o", "20271031T080000", "20271031T090000", "Autumn"));
    await open(page, hydrated, "/agenda/day/2027-03-28");
    await expect(event(page, "Spring, 01:30 to 04:00")).toHaveCount(1);
    await expect(column(page, "2027-03-28").locator("[data-hour]")).toHaveCount(24);
    await open(page, hydrated, "/agenda/day/2027-10-31");
    const autumn = await centre(event(page, "Autumn, 08:00 to 09:00"));
    const eight = await centre(column(page, "2027-10-31").locator('[data-hour="8"]'));
    expect(Math.abs(autumn.box.y - eight.box.y)).toBeLessThan(2);
  });

  test("the grid begins at the working hours, or where the time is that it marks", async ({ page, account, hydrated }) => {
    const grid = page.locator(".grid");
    await open(page, hydrated, "/agenda/week/2027-03-02");
    const [seven, top] = [await centre(column(page, "2027-03-02").locator('[data-hour="7"]')), await centre(page.locator(".grid__top"))];
    expect(seven.box.y - (top.box.y + top.box.height)).toBeGreaterThan(0);
    expect(seven.box.y - (top.box.y + top.box.height)).toBeLessThan(24);
    const today = await page.goto("/agenda").then(() => page.url().split("/").pop()!);
    for (const way of ["by address", "by keyboard"]) {
      if (way === "by address") await open(page, hydrated, `/agenda/week/${today}`);
      else for (const key of ["m", "d"]) await page.keyboard.press(key);
      await expect(column(page, today).locator(".grid__now"), `for ${account.name}`).toHaveCount(1);
      // At a third of the height, as far as the day reaches.
      const off = await grid.evaluate((grid) => {
        const [now, top] = [".grid__now", ".grid__top"].map((part) => grid.querySelector(part)!.getBoundingClientRect());
        const room = grid.getBoundingClientRect().bottom - top!.bottom;
        const wanted = grid.scrollTop + (now!.top - top!.bottom - room / 3);
        return grid.scrollTop - Math.max(0, Math.min(wanted, grid.scrollHeight - grid.clientHeight));
      });
      expect(Math.abs(off), way).toBeLessThan(3);
    }
  });
});

test("going from week to week draws what is there already at once", async ({ page, account, hydrated }) => {
  await lunch(account);
  await open(page, hydrated, "/agenda/week/2027-03-02");
  await page.getByRole("link", { name: "Next week" }).click();
  await expect(heading(page, "8 – 14 March 2027")).toBeVisible();
  const asked: string[] = [];
  page.on("request", (request) => request.url().includes("/fn/agenda?") && asked.push(request.url()));
  await page.getByRole("link", { name: "Previous week" }).click();
  await expect(heading(page, "1 – 7 March 2027")).toBeVisible();
  await expect(event(page, "Lunch")).toBeVisible();
  expect(asked.filter((url) => url.includes("from=2027-03-01"))).toEqual([]);
  await page.goBack();
  await expect(heading(page, "8 – 14 March 2027")).toBeVisible();
});

test.describe("with the mouse", () => {
  test("a drag over hours makes an event of that time", async ({ page, account, hydrated }) => {
    await open(page, hydrated, "/agenda/week/2027-03-02");
    await drag(page, await minute(page, "2027-03-03", 9, 5), await minute(page, "2027-03-03", 10, 20));
    await expect(page.locator(".chip--ghost")).toHaveText("09:00 – 10:30");
    await page.mouse.up();
    const form = page.getByRole("dialog", { name: "New event" });
    await expect(form.getByLabel("Starts")).toHaveValue("Wed, 3 Mar 2027");
    await expect(form.getByLabel("Start time")).toHaveValue("09:00");
    await expect(form.getByLabel("End time")).toHaveValue("10:30");
    await form.getByLabel("Title").fill("Workshop");
    await form.getByRole("button", { name: "Save", exact: true }).click();
    await expect(event(page, "Workshop, 09:00 to 10:30, Wednesday, 3 March"), `by ${account.name}`).toBeVisible();
  });

  test("a drag over days of a month makes an event of those days", async ({ page, account, hydrated }) => {
    await open(page, hydrated, "/agenda/month/2027-03-02");
    await drag(page, await centre(cell(page, "2027-03-09")), await centre(cell(page, "2027-03-11")));
    await page.mouse.up();
    const form = page.getByRole("dialog", { name: "New event" });
    await expect(form.getByLabel("Starts"), `for ${account.name}`).toHaveValue("Tue, 9 Mar 2027");
    await expect(form.getByLabel("Ends").first()).toHaveValue("Thu, 11 Mar 2027");
  });

  test("a click opens: an event, or the form for free time", async ({ page, account, hydrated }) => {
    await lunch(account);
    await open(page, hydrated, "/agenda/week/2027-03-02");
    await event(page, "Lunch").click();
    await expect(page.getByRole("dialog")).toContainText("Lunch");
    await page.keyboard.press("Escape");
    const at = await minute(page, "2027-03-04", 15, 40);
    await page.mouse.click(at.x, at.y);
    const form = page.getByRole("dialog", { name: "New event" });
    await expect(form.getByLabel("Start time")).toHaveValue("15:30");
    await expect(form.getByLabel("End time")).toHaveValue("16:30");
  });

  test("an event moves to another time and day, and back", async ({ page, account, hydrated }) => {
    await lunch(account);
    await open(page, hydrated, "/agenda/week/2027-03-02");
    await drag(page, await minute(page, "2027-03-02", 12, 10), await minute(page, "2027-03-04", 14, 25));
    await page.mouse.up();
    await expect(event(page, "Lunch, 14:15 to 15:15, Thursday, 4 March")).toBeVisible();
    await moved(page);
    const text = await account.get("lunch.ics");
    expect(text).toContain("DTSTART;TZID=Europe/Zurich:20270304T141500");
    expect(text).toContain("X-TABLE:by the window");
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(event(page, "Lunch, 12:00 to 13:00, Tuesday, 2 March")).toBeVisible();
    expect(await account.get("lunch.ics")).toContain("DTSTART;TZID=Europe/Zurich:20270302T120000");
  });

  test("an event's end moves", async ({ page, account, hydrated }) => {
    await lunch(account);
    await open(page, hydrated, "/agenda/day/2027-03-02");
    const { x, box } = await centre(event(page, "Lunch"));
    const to = await minute(page, "2027-03-02", 14, 20);
    const again = await centre(event(page, "Lunch"));
    await drag(page, { x, y: again.box.y + box.height - 3 }, { x, y: to.y });
    await page.mouse.up();
    await expect(event(page, "Lunch, 12:00 to 14:15")).toBeVisible();
    await expect(page.getByText("Now 12:00 – 14:15, Tuesday, 2 March")).toBeVisible();
    expect(await account.get("lunch.ics")).toContain("DTEND;TZID=Europe/Zurich:20270302T141500");
  });

  test("an event moves to another day of the month and keeps its time", async ({ page, account, hydrated }) => {
    await lunch(account);
    await open(page, hydrated, "/agenda/month/2027-03-02");
    await drag(page, await centre(event(page, "Lunch")), await centre(cell(page, "2027-03-18")));
    await page.mouse.up();
    await expect(event(page, "Lunch, 12:00 to 13:00, Thursday, 18 March")).toBeVisible();
    await moved(page);
    expect(await account.get("lunch.ics")).toContain("DTSTART;TZID=Europe/Zurich:20270318T120000");
  });

  test("Escape takes a drag back", async ({ page, account, hydrated }) => {
    await lunch(account);
    await open(page, hydrated, "/agenda/week/2027-03-02");
    await drag(page, await minute(page, "2027-03-02", 12, 10), await minute(page, "2027-03-04", 14, 25));
    await expect(page.locator(".chip--ghost")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.locator(".chip--ghost")).toHaveCount(0);
    await page.mouse.up();
    await expect(event(page, "Lunch, 12:00 to 13:00, Tuesday, 2 March")).toBeVisible();
    await expect(page.getByRole("dialog")).toHaveCount(0);
  });

  test("a recurring event asks which instances move", async ({ page, account, hydrated }) => {
    await account.put("choir.ics", ...timed("choir", "20270301T190000", "20270301T200000", "Choir", "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=4"));
    await open(page, hydrated, "/agenda/week/2027-03-08");
    const question = page.getByRole("dialog", { name: "Move a recurring event" });
    const move = async (scope: string, button: string) => {
      await drag(page, await minute(page, "2027-03-08", 19, 10), await minute(page, "2027-03-09", 19, 10));
      await page.mouse.up();
      await question.getByRole("radio", { name: scope, exact: true }).check();
      await question.getByRole("button", { name: button }).click();
      await expect(question).toBeHidden();
    };
    await move("This event", "Cancel");
    await expect(event(page, "Choir, 19:00 to 20:00, Monday, 8 March")).toBeVisible();
    await move("All events", "Move");
    await expect(event(page, "Choir, 19:00 to 20:00, Tuesday, 9 March")).toBeVisible();
    await moved(page);
    expect(await account.get("choir.ics")).toContain("BYDAY=TU");
    await page.getByRole("link", { name: "Next week" }).click();
    await expect(event(page, "Choir, 19:00 to 20:00, Tuesday, 16 March")).toBeVisible();
  });

  test("what the server refuses goes back to where it was", async ({ page, account, hydrated }) => {
    await lunch(account);
    // Who hears of it drags what is there then.
    await page.route("**/api/v1.0/stream*", (route) => route.abort());
    await open(page, hydrated, "/agenda/week/2027-03-02");
    // Somebody else moves it first.
    await account.put("lunch.ics", ...timed("lunch", "20270302T110000", "20270302T113000", "Lunch"));
    await drag(page, await minute(page, "2027-03-02", 12, 10), await minute(page, "2027-03-04", 14, 25));
    await page.mouse.up();
    await expect(page.getByText(/The event was not moved/)).toBeVisible();
    await expect(event(page, "Lunch, 11:00 to 11:30, Tuesday, 2 March")).toBeVisible();
  });
});

test("the keyboard leads everywhere", async ({ page, account, hydrated }) => {
  await lunch(account);
  await open(page, hydrated, "/agenda/month/2027-03-02");
  await page.keyboard.press("j");
  await expect(heading(page, "April 2027")).toBeVisible();
  await page.keyboard.press("k");
  await expect(heading(page, "March 2027")).toBeVisible();
  const day = (date: string) => cell(page, date).locator(".day__new");
  await day("2027-03-02").focus();
  await page.keyboard.press("ArrowRight");
  await expect(day("2027-03-03")).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(day("2027-03-10")).toBeFocused();
  await page.keyboard.press("Enter");
  const form = page.getByRole("dialog", { name: "New event" });
  await expect(form.getByLabel("Starts")).toHaveValue("Wed, 10 Mar 2027");
  await page.keyboard.press("Escape");
  await page.keyboard.press("w");
  await expect(heading(page, "8 – 14 March 2027")).toBeVisible();
  await page.keyboard.press("k");
  await event(page, "Lunch").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toContainText("Lunch");
  await page.keyboard.press("Escape");
  await event(page, "Lunch").focus();
  await page.keyboard.press("ArrowRight");
  await expect(column(page, "2027-03-03").locator('[data-hour="12"]')).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(form.getByLabel("Start time")).toHaveValue("12:00");
  await page.keyboard.press("Escape");
  await page.keyboard.press("d");
  await expect(page).toHaveURL(/\/agenda\/day\//);
  await page.keyboard.press("t");
  await expect(page.locator(".grid__now")).toHaveCount(1);
  await page.keyboard.press("c");
  await expect(form).toBeVisible();
});

test("people read dates and times as they are used to", async ({ browser, server, account, context }) => {
  await lunch(account);
  const american = await browser.newContext({ locale: "en-US", baseURL: server.url, storageState: await context.storageState() });
  const page = await american.newPage();
  await page.goto("/agenda/week/2027-03-02");
  await expect(heading(page, "February 28 – March 6, 2027").or(heading(page, "Feb 28 – Mar 6, 2027"))).toBeVisible();
  await expect(event(page, "Lunch, 12pm to 1pm, Tuesday, March 2")).toBeVisible();
  await american.close();
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("nothing is wider than the screen, and a touch opens the day", async ({ page, account, hydrated }) => {
    await lunch(account);
    for (const view of ["week", "day", "month"]) {
      await open(page, hydrated, `/agenda/${view}/2027-03-02`);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), view).toBeLessThanOrEqual(390);
    }
    const { x, y } = await centre(event(page, "Lunch"));
    await page.touchscreen.tap(x, y);
    await expect(page).toHaveURL(/\/agenda\/day\/2027-03-02/);
    await event(page, "Lunch").tap();
    await expect(page.getByRole("dialog")).toContainText("Lunch");
  });

  test("a finger that rests drags, one that does not scrolls", async ({ page, account, hydrated, context }) => {
    await open(page, hydrated, "/agenda/day/2027-03-02");
    const devtools = await context.newCDPSession(page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", ...points: { x: number; y: number }[]) =>
      devtools.send("Input.dispatchTouchEvent", { type, touchPoints: points });
    const at = await minute(page, "2027-03-02", 9, 5);
    await touch("touchStart", at);
    await page.waitForTimeout(600);
    for (let step = 1; step <= 8; step++) await touch("touchMove", { x: at.x, y: at.y + 8 * step });
    await expect(page.locator(".chip--ghost"), `by ${account.name}`).toContainText("09:00");
    await touch("touchEnd");
    const form = page.getByRole("dialog", { name: "New event" });
    await expect(form.getByLabel("Start time")).toHaveValue("09:00");
    await expect(form.getByLabel("End time")).toHaveValue("10:30");
    await page.keyboard.press("Escape");
    await expect(form).toBeHidden();
    const grid = page.locator(".grid");
    const before = await grid.evaluate((grid) => grid.scrollTop);
    await touch("touchStart", { x: at.x, y: at.y });
    for (let step = 1; step <= 8; step++) await touch("touchMove", { x: at.x, y: at.y - 10 * step });
    await touch("touchEnd");
    await expect.poll(() => grid.evaluate((grid) => grid.scrollTop)).toBeGreaterThan(before + 30);
    await expect(page.getByRole("dialog")).toHaveCount(0);
  });

  test("the calendars are in a drawer", async ({ page, account, hydrated }) => {
    await open(page, hydrated, "/agenda/month/2027-03-02");
    const drawer = page.locator("#agenda-side");
    await expect(drawer, `for ${account.name}`).toBeHidden();
    await page.getByRole("button", { name: "Calendars and small month" }).tap();
    await expect(drawer).toBeVisible();
    await drawer.getByRole("link", { name: "Sunday, 14 March 2027" }).tap();
    await expect(page).toHaveURL(/2027-03-14/);
  });
});
