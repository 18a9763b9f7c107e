import type { Locator, Page } from "@playwright/test";
import { type Account, eventName, expect, test, timed } from "./support/test.js";

/*
 * The form speaks the person's notation, understands what they type, and asks only what has to be asked.
 */

const event = (page: Page, name: string) => page.getByRole("link", { name: eventName(name) });

const lunch = (account: Account, ...more: string[]) =>
  account.put("lunch.ics", ...timed("lunch", "20270310T120000", "20270310T130000", "Lunch", ...more));

/** Saves settings by the labels of their fields. */
async function settings(page: Page, chosen: Record<string, string>) {
  await page.goto("/settings");
  for (const [label, option] of Object.entries(chosen)) await page.getByLabel(label, { exact: true }).selectOption(option);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
}

async function newEvent(page: Page, hydrated: (page: Page) => Promise<void>, at = "/agenda/week/2027-03-10"): Promise<Locator> {
  await page.goto(at);
  await hydrated(page);
  await page.getByRole("link", { name: "New event", exact: true }).click();
  const form = page.getByRole("dialog", { name: "New event" });
  await expect(form.getByLabel("Title")).toBeFocused();
  return form;
}

/** Types into a field, leaves it, and says what it shows then. */
async function typed(field: Locator, text: string): Promise<string> {
  await field.fill(text);
  await field.press("Tab");
  return field.inputValue();
}

test.describe("with a browser that is set to English of the United States", () => {
  test.use({ locale: "en-US" });

  test("the notation is the account's, in the form as in the grid", async ({ page, account, hydrated }) => {
    await lunch(account);
    await settings(page, { Region: "German (Germany)", Times: "24 hours (15:30)", "Weeks begin on": "Sunday" });
    const form = await newEvent(page, hydrated);
    await expect(form.getByLabel("Starts")).toHaveValue("Wed, 10 Mar 2027");
    await expect(form.getByLabel("Start time")).toHaveValue("09:00");
    // 3/10 is the third of October where days come first.
    expect(await typed(form.getByLabel("Starts"), "3/10")).toBe("Sun, 3 Oct 2027");
    await form.getByRole("button", { name: "Pick the start date" }).click();
    await expect(page.locator(".picker__days > span").first()).toHaveText("S");
    await page.keyboard.press("Escape");

    await settings(page, { Region: "English (United States)", Times: "12 hours (3:30pm)", "Weeks begin on": "Monday" });
    const american = await newEvent(page, hydrated);
    await expect(american.getByLabel("Starts")).toHaveValue("Wed, Mar 10, 2027");
    await expect(american.getByLabel("Start time")).toHaveValue("9am");
    expect(await typed(american.getByLabel("Starts"), "4/10")).toBe("Sat, Apr 10, 2027");
    expect(await typed(american.getByLabel("Start time"), "1330")).toBe("1:30pm");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Discard" }).click();
    // Grid and details say it alike.
    await event(page, "Lunch").click();
    await expect(page.getByRole("dialog")).toContainText("Wednesday, March 10 2027".replace("10 2027", "10, 2027"));
    await expect(page.getByRole("dialog")).toContainText("12pm – 1pm");
    await expect(event(page, "Lunch, 12pm to 1pm")).toHaveCount(1);
  });
});

test("dates and times are understood as people type them", async ({ page, account, hydrated }) => {
  void account;
  const form = await newEvent(page, hydrated);
  const [date, time] = [form.getByLabel("Starts"), form.getByLabel("Start time")];
  const today = new Date(await page.evaluate(() => Date.now()));
  const days = (count: number) =>
    new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Zurich", day: "numeric", month: "short", year: "numeric" })
      .format(today.getTime() + count * 86_400_000)
      .replace("Sept", "Sep");
  for (const [text, shown] of [
    ["3/10", "Sun, 3 Oct 2027"],
    ["12 mar", "Fri, 12 Mar 2027"],
    ["march 2nd", "Tue, 2 Mar 2027"],
    ["2.4.28", "Sun, 2 Apr 2028"],
    ["2027-12-24", "Fri, 24 Dec 2027"],
    ["fri", "Fri, 12 Mar 2027"],
    ["+2", "Fri, 12 Mar 2027"],
    ["31", "Wed, 31 Mar 2027"],
  ] as const) {
    expect(await typed(date, text), text).toBe(shown);
  }
  expect((await typed(date, "tomorrow")).replace(/^\w+, /, "")).toBe(days(1));
  for (const [text, shown] of [
    ["9", "09:00"],
    ["1330", "13:30"],
    ["9.30", "09:30"],
    ["7:30pm", "19:30"],
    ["7 p.m.", "19:00"],
    ["noon", "12:00"],
  ] as const) {
    expect(await typed(time, text), text).toBe(shown);
  }
  // The end followed the start all the way, and counts its days from it.
  await date.fill("2027-03-20");
  await expect(form.getByLabel("Ends").first()).toHaveValue("Sat, 20 Mar 2027");
  expect(await typed(form.getByLabel("Ends").first(), "+2")).toBe("Mon, 22 Mar 2027");
});

test("what is not understood is said at its field and nothing is sent", async ({ page, account, hydrated }) => {
  void account;
  const form = await newEvent(page, hydrated);
  let asked = false;
  page.on("request", (request) => (asked ||= request.url().includes("event-create")));
  expect(await typed(form.getByLabel("Starts"), "soonish")).toBe("soonish");
  await expect(form.getByText("“soonish” is not understood as a date.")).toBeVisible();
  await expect(form.getByLabel("Starts")).toHaveAttribute("aria-invalid", "true");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form.getByLabel("Starts")).toBeFocused();
  await form.getByLabel("Starts").fill("24/12");
  await expect(form.getByText("is not understood")).toBeHidden();
  await form.getByLabel("Start time").fill("25:00");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form.getByText("“25:00” is not understood as a time.")).toBeVisible();
  await expect(form.getByLabel("Start time")).toBeFocused();
  expect(asked).toBe(false);
});

test("a date is picked from a small month, with keys and with the mouse", async ({ page, account, hydrated }) => {
  void account;
  const form = await newEvent(page, hydrated);
  const open = form.getByRole("button", { name: "Pick the start date" });
  const month = page.getByRole("dialog", { name: "Choose a date" });
  await open.press("Enter");
  await expect(month.getByRole("button", { name: "Wednesday, 10 March 2027" })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("PageDown");
  await expect(month.getByRole("button", { name: "Friday, 16 April 2027" })).toBeFocused();
  // No key is lost to those who press them faster than the month is drawn.
  await page.evaluate(() => {
    for (let press = 0; press < 4; press++) {
      for (const key of ["ArrowDown", "PageDown", "ArrowUp", "PageUp"]) {
        document.activeElement!.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
      }
    }
  });
  await page.waitForTimeout(100);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowLeft");
  await expect(month.getByRole("button", { name: "Friday, 16 April 2027" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(month).toBeHidden();
  await expect(form.getByLabel("Starts")).toHaveValue("Fri, 16 Apr 2027");
  await expect(form.getByLabel("Starts")).toBeFocused();
  await expect(form.getByLabel("Ends").first()).toHaveValue("Fri, 16 Apr 2027");
  await open.click();
  await month.getByRole("button", { name: "Next month" }).click();
  await month.getByRole("button", { name: "Monday, 3 May 2027" }).click();
  await expect(form.getByLabel("Starts")).toHaveValue("Mon, 3 May 2027");
  // Escape closes the month and not the form.
  await open.click();
  await expect(month).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(month).toBeHidden();
  await expect(form).toBeVisible();
  // So it is where the keys have not come to the month yet.
  await open.click();
  await expect(month.locator("[aria-current]")).toBeFocused();
  await open.focus();
  await page.keyboard.press("Escape");
  await expect(month).toBeHidden();
  await expect(form).toBeVisible();
  // Arrows step in the fields themselves.
  await form.getByLabel("Starts").press("ArrowUp");
  await expect(form.getByLabel("Starts")).toHaveValue("Tue, 4 May 2027");
  await form.getByLabel("Start time").press("ArrowDown");
  await expect(form.getByLabel("Start time")).toHaveValue("08:45");
  await expect(form.getByLabel("End time")).toHaveValue("09:45");
});

test("a time zone is found by its city, and by what else it is called", async ({ page, account, hydrated }) => {
  const form = await newEvent(page, hydrated);
  const zone = form.getByRole("combobox", { name: "Time zone" });
  for (const [text, name] of [
    ["tok", "Asia/Tokyo"],
    ["lon", "Europe/London"],
    ["ber", "Europe/Berlin"],
    ["Zürich", "Europe/Zurich"],
    ["Mumbai", "Asia/Kolkata"],
    ["Delhi", "Asia/Kolkata"],
    ["Beijing", "Asia/Shanghai"],
    ["CET", "Europe/Berlin"],
    ["PST", "America/Los_Angeles"],
  ] as const) {
    await zone.fill(text);
    // At once: what is chosen fits what was typed, although the server has yet to answer.
    await zone.press("Enter");
    await expect(zone, text).toHaveValue(name);
  }
  await zone.fill("new delhi");
  await expect(form.getByRole("option").first()).toHaveText("New Delhi, Asia/KolkataGMT+5:30");
  // A whole name needs no list.
  await zone.fill("Zürich");
  await form.getByLabel("Title").fill("Typed");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form).toBeHidden();
  await expect(event(page, "Typed, 09:00 to 10:00"), account.name).toBeVisible();
});

for (const [what, rule] of [
  ["single", []],
  ["recurring", ["RRULE:FREQ=DAILY;COUNT=3"]],
] as const) {
  test(`saving a ${what} event that was not changed just closes`, async ({ page, account, hydrated }) => {
    await lunch(account, ...rule);
    const before = await (await account.caldav("GET", "lunch.ics")).headers.get("etag");
    await page.goto("/agenda/week/2027-03-10");
    await hydrated(page);
    await event(page, "Lunch, 12:00 to 13:00, Wednesday").click();
    await page.getByRole("button", { name: "Edit" }).click();
    const form = page.getByRole("dialog", { name: "Edit event" });
    // There and back again is no change.
    await form.getByLabel("Title").fill("Dinner");
    await form.getByLabel("Title").fill("Lunch");
    await form.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await page.waitForTimeout(300);
    await expect(page.locator(".toast")).toHaveCount(0);
    expect((await account.caldav("GET", "lunch.ics")).headers.get("etag")).toBe(before);
  });
}

test("letters that run from right to left stand so", async ({ page, account, hydrated }) => {
  await lunch(account);
  await account.put("meeting.ics", ...timed("meeting", "20270311T120000", "20270311T140000", "פגישה (Zoom) 15:00", "LOCATION:חדר 4"));
  await page.goto("/agenda/week/2027-03-10");
  await hydrated(page);
  const direction = (of: Locator) => of.evaluate((element) => getComputedStyle(element).direction);
  const chip = page.getByRole("link", { name: /פגישה/ });
  expect(await direction(chip.locator(".chip__title"))).toBe("rtl");
  expect(await direction(chip.locator(".chip__place"))).toBe("rtl");
  expect(await direction(event(page, "Lunch").locator(".chip__title"))).toBe("ltr");
  await chip.click();
  const details = page.getByRole("dialog");
  expect(await direction(details.getByRole("heading"))).toBe("rtl");
  await details.getByRole("button", { name: "Edit" }).click();
  for (const label of ["Title", "Location"]) expect(await direction(page.getByLabel(label)), label).toBe("rtl");
  await page.getByLabel("Description").fill("שלום");
  expect(await direction(page.getByLabel("Description"))).toBe("rtl");
});

test("red is only what destroys", async ({ page, account, hydrated }) => {
  void account;
  await page.goto("/agenda/week/2027-03-10");
  await hydrated(page);
  await page.getByRole("link", { name: "Change Personal" }).click();
  const form = page.getByRole("dialog");
  const color = (of: Locator) => of.evaluate((element) => getComputedStyle(element).color);
  const neutral = await color(form.getByRole("button", { name: "Cancel" }));
  const summary = form.locator("summary");
  expect(await color(summary)).not.toBe(neutral);
  await summary.click();
  await expect(form.getByText("Keep it")).toBeVisible();
  expect(await color(summary)).toBe(neutral);
  await expect(form.getByRole("button", { name: "Save" })).toBeHidden();
  await form.getByText("Keep it").click();
  await expect(form.getByRole("button", { name: "Save" })).toBeVisible();
});

test("messages come one at a time, in the corner, and an undo waits", async ({ page, account, hydrated }) => {
  await lunch(account);
  await account.put("talk.ics", ...timed("talk", "20270311T150000", "20270311T160000", "Talk"));
  await page.goto("/agenda/week/2027-03-10");
  await hydrated(page);
  await event(page, "Lunch").click();
  await page.getByRole("button", { name: "Delete" }).click();
  const undo = page.getByRole("button", { name: "Undo" });
  await expect(undo).toBeVisible();
  const shown = page.locator(".toast").filter({ visible: true });
  for (const message of ["one", "two"]) {
    await page.route("**/fn/event?*", (route) =>
      route.fulfill({ status: 404, headers: { serverfnerror: "/fn/event" }, body: JSON.stringify({ NotFound: `Trouble ${message}.` }) }),
    );
    await event(page, "Talk").click();
    await expect(shown).toHaveText(`Trouble ${message}.`);
    await expect(shown).toHaveCount(1);
    await page.unroute("**/fn/event?*");
  }
  const box = (await shown.boundingBox())!;
  expect(box.x).toBeLessThan(32);
  expect(box.x + box.width).toBeLessThan(400);
  expect(box.y + box.height).toBeGreaterThan(760);
  await page.setViewportSize({ width: 390, height: 844 });
  const phone = (await shown.boundingBox())!;
  expect(phone.x + phone.width).toBeLessThanOrEqual(390 - 8);
  expect(phone.y + phone.height).toBeLessThanOrEqual(844 - 8);
  await shown.getByRole("button", { name: "Dismiss" }).click();
  await undo.click();
  await expect.poll(async () => (await account.caldav("GET", "lunch.ics")).status).toBe(200);
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("the server understands the same texts", async ({ page, account }) => {
    await page.goto("/event/new?start=2027-03-10T09:30&end=2027-03-10T10:15&back=/agenda/week/2027-03-10");
    await expect(page.getByLabel("Starts")).toHaveValue("Wed, 10 Mar 2027");
    await expect(page.getByRole("button", { name: "Pick the start date" })).toBeHidden();
    await page.getByLabel("Title").fill("Dentist");
    await page.getByLabel("Starts").fill("next year");
    await page.getByRole("combobox", { name: "Time zone" }).fill("Zürich");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("“next year” is not understood as a date.")).toBeVisible();
    await expect(page.getByLabel("Starts")).toHaveValue("next year");
    await page.getByLabel("Starts").fill("12/3");
    await page.getByLabel("Start time").fill("1.30 pm");
    await page.locator("[name=end_date]").fill("+0");
    await page.getByLabel("End time").fill("1415");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page).toHaveURL(/\/agenda\/week\/2027-03-10/);
    await expect(event(page, "Dentist, 13:30 to 14:15, Friday, 12 March"), account.name).toBeVisible();
  });

  test("saving what was not changed goes back and writes nothing", async ({ page, account }) => {
    await lunch(account);
    const before = (await account.caldav("GET", "lunch.ics")).headers.get("etag");
    await page.goto("/agenda/week/2027-03-10");
    await event(page, "Lunch").click();
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page).toHaveURL(/\/agenda\/week\/2027-03-10/);
    expect((await account.caldav("GET", "lunch.ics")).headers.get("etag")).toBe(before);
  });
});

test("what is refused has its own status, and the words that the page shows", async ({ context, playwright, server, account, page }) => {
  await lunch(account);
  await page.goto("/agenda/week/2027-03-10");
  const href = (await event(page, "Lunch").getAttribute("href"))!;
  const calendar = Number(href.split("/")[2]);
  const { request } = context;
  const opened = await (await request.get(`/fn/event?calendar=${calendar}&name=lunch.ics`)).json();
  const send = (data: unknown, name = "event-update") => request.post(`/fn/${name}`, { data, headers: { origin: server.url } });
  const change = (event: object, fields: object) => ({
    event: { ...opened.event, ...event },
    scope: "all",
    fields: { ...opened.fields, ...fields },
  });
  const stale = await send(change({ etag: '"old"' }, { title: "Dinner" }));
  expect([stale.status(), await stale.json()]).toEqual([409, "Conflict"]);
  const zone = await send(change({}, { zone: "Nowhere/Atlantis" }));
  expect(zone.status()).toBe(422);
  expect((await zone.json()).BadInput.field).toBe("zone");
  const gone = await request.get(`/fn/event?calendar=${calendar}&name=nothing.ics`);
  expect([gone.status(), Object.keys(await gone.json())]).toEqual([404, ["NotFound"]]);
  const stranger = await playwright.request.newContext({ baseURL: server.url });
  const out = await stranger.get(`/fn/event?calendar=${calendar}&name=lunch.ics`);
  expect([out.status(), await out.json()]).toEqual([401, "SignedOut"]);
  await stranger.dispose();
});
