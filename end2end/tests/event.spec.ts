import type { Page } from "@playwright/test";
import { barriers } from "./support/looks.js";
import { type Account, eventName, expect, test } from "./support/test.js";

/** The texts of all objects in the first calendar, as CalDAV clients get them. */
async function stored(account: Account): Promise<string[]> {
  const answer = await account.caldav("PROPFIND", "", undefined, { depth: "1" });
  const hrefs = [...(await answer.text()).matchAll(/href>([^<]+\.ics)</g)].map((found) => found[1]!);
  return Promise.all(hrefs.map((href) => account.get(href.split("/").pop()!)));
}

/** Content lines without folding. */
const lines = (text: string) => text.replace(/\r\n[ \t]/g, "").split("\r\n");

/** How the event repeats; rules of its time zone stand before it. */
const rule = (text: string) => lines(text).filter((line) => line.startsWith("RRULE:")).pop()!.slice(6);

/** Every Monday at 10:00 from 1 March 2027 on. */
const choir = [
  "BEGIN:VEVENT",
  "UID:choir@example.org",
  "DTSTAMP:20260101T000000Z",
  "DTSTART;TZID=Europe/Zurich:20270301T100000",
  "DTEND;TZID=Europe/Zurich:20270301T110000",
  "RRULE:FREQ=WEEKLY;COUNT=10",
  "SUMMARY:Choir",
  "LOCATION:Parish hall",
  'X-SHEET-MUSIC;X-VOICE="alto:2":Bach\\, BWV 227',
  "END:VEVENT",
];

async function openWeek(page: Page, hydrated: (page: Page) => Promise<void>, monday: string) {
  await page.goto(`/agenda/week/${monday}`);
  await hydrated(page);
}

/** The events of the agenda whose name for screen readers begins so: `Choir, 10:00 to 11:00, Monday, 8 March`. */
const event = (page: Page, name: string) => page.getByRole("link", { name: eventName(name) });

async function edit(page: Page, name: string) {
  await event(page, name).click();
  await page.getByRole("button", { name: "Edit" }).click();
  await expect(page.getByRole("dialog", { name: "Edit event" })).toBeVisible();
}

async function answer(page: Page, question: string, scope: string, button: string) {
  const dialog = page.getByRole("dialog", { name: question });
  await dialog.getByRole("radio", { name: scope, exact: true }).check();
  await dialog.getByRole("button", { name: button }).click();
  // Neither the question nor what asked it.
  await expect(page.getByRole("dialog")).toHaveCount(0);
}

const save = (page: Page) => page.getByRole("button", { name: "Save", exact: true }).click();

test.describe("in the dialog", () => {
  test("an event is made with everything that the form holds", async ({ page, account, hydrated }) => {
    await openWeek(page, hydrated, "2027-03-01");
    await page.getByRole("link", { name: "New event", exact: true }).click();
    const form = page.getByRole("dialog", { name: "New event" });
    await expect(form.getByLabel("Title")).toBeFocused();
    await form.getByLabel("Title").fill("Call with Boston");
    await form.getByLabel("Starts").fill("2027-03-02");
    await form.getByLabel("Start time").fill("11:00");
    await form.getByLabel("Ends").first().fill("2027-03-02");
    await form.getByLabel("End time").fill("11:45");
    // The end keeps its distance when the start moves.
    await form.getByLabel("Start time").fill("12:00");
    await expect(form.getByLabel("End time")).toHaveValue("12:45");
    await form.getByRole("combobox", { name: "Time zone" }).fill("new york");
    await form.getByRole("option", { name: /New York/ }).click();
    await expect(form.getByRole("combobox", { name: "Time zone" })).toHaveValue("America/New_York");
    await form.getByLabel("Location").fill("Room Aare; 2nd floor, left");
    await form.getByLabel("Description").fill("Bring the numbers.\nAll of them, please.");
    await form.getByLabel("Description").press("Control+Enter");
    await expect(form).toBeHidden();
    // 12:00 in New York is 18:00 in Zurich.
    await expect(event(page, "Call with Boston, 18:00 to 18:45, Tuesday, 2 March")).toBeVisible();
    const texts = await stored(account);
    expect(texts).toHaveLength(1);
    expect(lines(texts[0]!)).toEqual(
      expect.arrayContaining([
        "SUMMARY:Call with Boston",
        "DTSTART;TZID=America/New_York:20270302T120000",
        "LOCATION:Room Aare\\; 2nd floor\\, left",
        "DESCRIPTION:Bring the numbers.\\nAll of them\\, please.",
        "BEGIN:VTIMEZONE",
      ]),
    );
  });

  test("a whole day and a series on days of the week with an end", async ({ page, account, hydrated }) => {
    await openWeek(page, hydrated, "2027-03-01");
    await page.getByRole("link", { name: "New event", exact: true }).click();
    const form = page.getByRole("dialog", { name: "New event" });
    await form.getByLabel("Title").fill("Swimming");
    await form.getByLabel("All day").check();
    await expect(form.getByLabel("Start time")).toBeHidden();
    await form.getByLabel("Starts").fill("2027-03-02");
    await form.getByLabel("Repeats").selectOption("Every week");
    // The day of the start is chosen, and follows it.
    await expect(form.getByRole("checkbox", { name: "Tuesday" })).toBeChecked();
    await form.getByRole("checkbox", { name: "Thursday" }).check();
    await form.getByLabel("Every", { exact: true }).fill("2");
    await form.locator("[name=ends]").selectOption("After");
    await form.getByLabel("How many times").fill("6");
    await save(page);
    await expect(form).toBeHidden();
    await expect(event(page, "Swimming")).toHaveCount(2);
    const text = (await stored(account))[0]!;
    expect(lines(text)).toContain("DTSTART;VALUE=DATE:20270302");
    expect(rule(text).split(";").sort()).toEqual(["BYDAY=TU,TH", "COUNT=6", "FREQ=WEEKLY", "INTERVAL=2"]);
  });

  test("a month repeats on the last weekday", async ({ page, account, hydrated }) => {
    await openWeek(page, hydrated, "2027-03-29");
    await page.getByRole("link", { name: "New event", exact: true }).click();
    const form = page.getByRole("dialog", { name: "New event" });
    await form.getByLabel("Title").fill("Review");
    await form.getByLabel("Starts").fill("2027-03-30");
    await form.getByLabel("Repeats").selectOption("Every month");
    await form.getByLabel("On which day of the month").selectOption("On the last Tuesday");
    await form.locator("[name=ends]").selectOption("On");
    await form.getByLabel("Last day").fill("2027-03-01");
    await save(page);
    await expect(form.getByText("This is before the event.")).toBeVisible();
    await expect(form.getByLabel("Last day")).toBeFocused();
    await form.getByLabel("Last day").fill("2027-12-31");
    await save(page);
    await expect(form).toBeHidden();
    const parts = rule((await stored(account))[0]!).split(";");
    expect(parts).toEqual(expect.arrayContaining(["FREQ=MONTHLY", "BYDAY=-1TU"]));
    expect(parts.some((part) => part.startsWith("UNTIL=20271231T"))).toBe(true);
  });

  test("what was typed is not lost by a slip", async ({ page, account, hydrated }) => {
    await openWeek(page, hydrated, "2027-03-01");
    await page.getByRole("link", { name: "New event", exact: true }).click();
    const form = page.getByRole("dialog", { name: "New event" });
    await form.getByLabel("Title").fill("Long thought");
    await page.keyboard.press("Escape");
    await expect(form.getByText("Discard what you typed?")).toBeVisible();
    await form.getByRole("button", { name: "Keep editing" }).click();
    await expect(form.getByLabel("Title")).toHaveValue("Long thought");
    await page.keyboard.press("Escape");
    await form.getByRole("button", { name: "Discard" }).click();
    await expect(form).toBeHidden();
    expect(await stored(account)).toEqual([]);
  });

  test("an end before the start is refused at its field, without asking the server", async ({ page, account, hydrated }) => {
    await openWeek(page, hydrated, "2027-03-01");
    await page.getByRole("link", { name: "New event", exact: true }).click();
    const form = page.getByRole("dialog", { name: "New event" });
    await form.getByLabel("Title").fill("Backwards");
    await form.getByLabel("Start time").fill("12:00");
    await form.getByLabel("End time").fill("11:00");
    let asked = false;
    page.on("request", (request) => (asked ||= request.url().includes("event-create")));
    await save(page);
    await expect(form.getByText("The end is before the start.")).toBeVisible();
    await expect(form.getByLabel("End time")).toBeFocused();
    await expect(form.getByLabel("End time")).toHaveAttribute("aria-invalid", "true");
    expect(asked).toBe(false);
    await form.getByLabel("End time").fill("13:00");
    await expect(form.getByText("The end is before the start.")).toBeHidden();
    await save(page);
    await expect(form).toBeHidden();
    expect(await stored(account)).toHaveLength(1);
  });

  test("a save that does not reach the server says so and keeps everything", async ({ page, account, hydrated }) => {
    await openWeek(page, hydrated, "2027-03-01");
    await page.getByRole("link", { name: "New event", exact: true }).click();
    const form = page.getByRole("dialog", { name: "New event" });
    await form.getByLabel("Title").fill("Offline");
    await form.getByLabel("Description").fill("Typed with care");
    await page.route("**/fn/event-create", (route) => route.abort());
    await save(page);
    await expect(form.getByRole("alert").getByText("The server cannot be reached")).toBeVisible();
    await expect(form.getByLabel("Title")).toHaveValue("Offline");
    await expect(form.getByLabel("Description")).toHaveValue("Typed with care");
    await page.unroute("**/fn/event-create");
    await save(page);
    await expect(form).toBeHidden();
    expect(lines((await stored(account))[0]!)).toContain("DESCRIPTION:Typed with care");
  });

  test("a change that somebody else made meanwhile joins what was typed", async ({ page, account, hydrated }) => {
    await account.put("choir.ics", ...choir.filter((line) => !line.startsWith("RRULE")));
    await openWeek(page, hydrated, "2027-03-01");
    await edit(page, "Choir");
    const form = page.getByRole("dialog", { name: "Edit event" });
    await form.getByLabel("Title").fill("Choir rehearsal");
    const moved = choir.filter((line) => !line.startsWith("RRULE")).map((line) => line.replace("Parish hall", "Church"));
    await account.put("choir.ics", ...moved);
    await save(page);
    await expect(form.getByRole("alert").getByText("changed elsewhere")).toBeVisible();
    await expect(form.getByLabel("Title")).toHaveValue("Choir rehearsal");
    await expect(form.getByLabel("Location")).toHaveValue("Church");
    await save(page);
    await expect(form).toBeHidden();
    const text = lines(await account.get("choir.ics"));
    expect(text).toEqual(expect.arrayContaining(["SUMMARY:Choir rehearsal", "LOCATION:Church"]));
  });

  test("one event of a series changes alone", async ({ page, account, hydrated }) => {
    await account.put("choir.ics", ...choir);
    await openWeek(page, hydrated, "2027-03-08");
    await edit(page, "Choir");
    await page.getByLabel("Title").fill("Choir in the church");
    await page.getByLabel("Starts").fill("2027-03-09");
    await save(page);
    await answer(page, "Change a recurring event", "This event", "Save");
    await expect(event(page, "Choir in the church, 10:00 to 11:00, Tuesday, 9 March")).toBeVisible();
    await openWeek(page, hydrated, "2027-03-15");
    await expect(event(page, "Choir, 10:00 to 11:00, Monday, 15 March")).toBeVisible();
    expect(lines(await account.get("choir.ics"))).toContain("RECURRENCE-ID;TZID=Europe/Zurich:20270308T100000");
  });

  test("an event of a series changes with those that follow", async ({ page, account, hydrated }) => {
    await account.put("choir.ics", ...choir);
    await openWeek(page, hydrated, "2027-03-15");
    await edit(page, "Choir");
    await page.getByLabel("Start time").fill("18:00");
    await save(page);
    await answer(page, "Change a recurring event", "This and following events", "Save");
    await expect(event(page, "Choir, 18:00 to 19:00, Monday, 15 March")).toBeVisible();
    await openWeek(page, hydrated, "2027-03-22");
    await expect(event(page, "Choir, 18:00 to 19:00, Monday, 22 March")).toBeVisible();
    await openWeek(page, hydrated, "2027-03-08");
    await expect(event(page, "Choir, 10:00 to 11:00, Monday, 8 March")).toBeVisible();
    // Ten in all: two stay, eight go on.
    const rules = (await stored(account)).map(rule);
    expect(rules.some((rule) => rule.includes("COUNT=8"))).toBe(true);
  });

  test("a whole series moves as the event that was opened", async ({ page, account, hydrated }) => {
    await account.put("choir.ics", ...choir);
    await openWeek(page, hydrated, "2027-03-15");
    await edit(page, "Choir");
    await page.getByLabel("Start time").fill("12:30");
    await save(page);
    await answer(page, "Change a recurring event", "All events", "Save");
    await expect(event(page, "Choir, 12:30 to 13:30, Monday, 15 March")).toBeVisible();
    await openWeek(page, hydrated, "2027-03-01");
    await expect(event(page, "Choir, 12:30 to 13:30, Monday, 1 March")).toBeVisible();
    expect(lines(await account.get("choir.ics"))).toContain("DTSTART;TZID=Europe/Zurich:20270301T123000");
  });

  for (const [scope, left] of [
    ["This event", ["2027-03-01", "2027-03-15"]],
    ["This and following events", ["2027-03-01"]],
    ["All events", []],
  ] as const) {
    test(`deleting: ${scope.toLowerCase()}, and back`, async ({ page, account, hydrated }) => {
      await account.put("choir.ics", ...choir);
      const before = await account.get("choir.ics");
      await openWeek(page, hydrated, "2027-03-08");
      await event(page, "Choir").click();
      await page.getByRole("button", { name: "Delete" }).click();
      await answer(page, "Delete a recurring event", scope, "Delete");
      await expect(event(page, "Choir")).toHaveCount(0);
      const undo = page.getByRole("button", { name: "Undo" });
      await expect(undo).toBeVisible();
      const others = await page.context().newPage();
      for (const monday of ["2027-03-01", "2027-03-15"]) {
        await openWeek(others, hydrated, monday);
        await expect(event(others, "Choir")).toHaveCount((left as readonly string[]).includes(monday) ? 1 : 0);
      }
      await undo.click();
      await expect(event(page, "Choir, 10:00 to 11:00, Monday, 8 March")).toBeVisible();
      expect(await account.get("choir.ics")).toBe(before);
    });
  }

  test("what the form does not know survives a change", async ({ page, account, hydrated }) => {
    const unknown = [
      'X-SHEET-MUSIC;X-VOICE="alto:2":Bach\\, BWV 227',
      "X-LONG:" + "0123456789".repeat(12),
      'ATTENDEE;CN="Noor; A.";PARTSTAT=ACCEPTED:mailto:noor@example.org',
      "BEGIN:VALARM",
      "ACTION:DISPLAY",
      "TRIGGER:-PT15M",
      "DESCRIPTION:Choir",
      "END:VALARM",
    ];
    const odd = "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1";
    const text = choir.map((line) => (line.startsWith("RRULE") ? odd : line));
    await account.put("choir.ics", ...text.slice(0, -1), ...unknown.slice(1), "END:VEVENT");
    await openWeek(page, hydrated, "2027-03-01");
    await edit(page, "Choir");
    // A rule that the form cannot express stands there in words.
    await expect(page.getByLabel("Repeats").locator("option:checked")).toHaveText("Every month on the first weekday");
    await page.getByLabel("Location").fill("Church");
    await save(page);
    await answer(page, "Change a recurring event", "All events", "Save");
    const after = lines(await account.get("choir.ics"));
    expect(after).toEqual(expect.arrayContaining([...unknown, odd, "LOCATION:Church"]));
  });
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("an event is made, changed and deleted by plain forms", async ({ page, account }) => {
    await page.goto("/event/new?start=2027-03-02T09:30&end=2027-03-02T10:15&back=/agenda/week/2027-03-01");
    await page.getByLabel("Title").fill("Dentist");
    await page.getByLabel("Location").fill("Seestrasse 12");
    await page.getByLabel("End time").fill("09:00");
    await save(page);
    // Refused, and everything is still there.
    await expect(page.getByText("The end is before the start.")).toBeVisible();
    await expect(page.getByLabel("Title")).toHaveValue("Dentist");
    await expect(page.getByLabel("Location")).toHaveValue("Seestrasse 12");
    expect(await stored(account)).toEqual([]);
    await page.getByLabel("End time").fill("10:00");
    await save(page);
    await expect(page).toHaveURL(/\/agenda\/week\/2027-03-01/);

    await event(page, "Dentist, 09:30 to 10:00, Tuesday, 2 March").click();
    await page.getByLabel("Title").fill("Dental hygienist");
    await page.getByLabel("Title").press("Enter");
    await expect(page).toHaveURL(/\/agenda\/week\/2027-03-01/);
    await event(page, "Dental hygienist").click();
    await page.getByText("Delete", { exact: true }).click();
    await page.getByRole("button", { name: "Yes, delete" }).click();
    await expect(page).toHaveURL(/\/agenda\/week\/2027-03-01/);
    await expect(event(page, "Dental hygienist")).toHaveCount(0);
    expect(await stored(account)).toEqual([]);
  });

  test("the form of a series asks which of its events are meant", async ({ page, account }) => {
    await account.put("choir.ics", ...choir);
    await page.goto("/agenda/week/2027-03-08");
    await event(page, "Choir").click();
    await page.getByLabel("Title").fill("Choir in the church");
    await page.getByRole("radio", { name: "This event" }).check();
    await save(page);
    await expect(event(page, "Choir in the church")).toBeVisible();
    await page.goto("/agenda/week/2027-03-15");
    await expect(event(page, "Choir, 10:00")).toBeVisible();
    const text = await account.get("choir.ics");
    expect(lines(text).filter((line) => line.startsWith("X-SHEET-MUSIC"))).not.toHaveLength(0);
  });

  test("a form over an older version says so and keeps what was typed", async ({ page, account }) => {
    const single = choir.filter((line) => !line.startsWith("RRULE"));
    await account.put("choir.ics", ...single);
    await page.goto("/agenda/week/2027-03-01");
    await event(page, "Choir").click();
    await account.put("choir.ics", ...single.map((line) => line.replace("Parish hall", "Church")));
    await page.getByLabel("Title").fill("Choir rehearsal");
    await save(page);
    await expect(page.getByText("changed elsewhere")).toBeVisible();
    await expect(page.getByLabel("Title")).toHaveValue("Choir rehearsal");
    await save(page);
    await expect(event(page, "Choir rehearsal")).toBeVisible();
  });
});

test("what was typed before the WebAssembly arrived stays, and can be saved by it", async ({ page, account, hydrated }) => {
  let arrive = () => {};
  const arrived = new Promise<void>((done) => (arrive = done));
  await page.route("**/*.wasm", async (route) => {
    await arrived;
    await route.continue();
  });
  await page.goto("/event/new?start=2027-03-02&end=2027-03-03", { waitUntil: "domcontentloaded" });
  await page.getByLabel("Title").fill("Early");
  await page.getByLabel("Repeats").selectOption("Every week");
  await page.getByLabel("Location").fill("Here");
  arrive();
  await hydrated(page);
  await expect(page.getByLabel("Title")).toHaveValue("Early");
  await expect(page.getByLabel("Repeats")).toHaveValue("weekly");
  await save(page);
  await expect(page).toHaveURL(/\/agenda/);
  const text = lines((await stored(account))[0]!);
  expect(text).toEqual(expect.arrayContaining(["SUMMARY:Early", "LOCATION:Here", "DTSTART;VALUE=DATE:20270302"]));
});

test("an event that is not there is not found", async ({ page, account }) => {
  const response = await page.goto("/event/999999/nothing.ics");
  expect(response?.status(), account.name).toBe(404);
});

test("the form and the details can be used by everybody", async ({ page, account, hydrated }) => {
  test.slow();
  await account.put("choir.ics", ...choir);
  const check = async (what: string) => expect(await barriers(page, "dialog[open]"), what).toEqual([]);
  await openWeek(page, hydrated, "2027-03-08");
  await event(page, "Choir").click();
  await expect(page.getByRole("button", { name: "Edit" })).toBeFocused();
  await check("the details");
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Title")).toBeFocused();
  await check("the form");
  await page.getByLabel("End time").fill("01:00");
  await save(page);
  await expect(page.getByText("The end is before the start.")).toBeVisible();
  await page.getByRole("combobox", { name: "Time zone" }).focus();
  await expect(page.getByRole("option", { name: /Zurich/ })).toBeVisible();
  await check("the form with a mistake and a list");
  // Escape closes the list first, then asks, then lets go.
  await page.keyboard.press("Escape");
  await expect(page.getByRole("listbox", { name: "Time zones" })).toBeHidden();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Discard" }).click();
  // The focus is back where the dialog was opened.
  await expect(event(page, "Choir")).toBeFocused();
});
