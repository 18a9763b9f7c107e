import type { Page } from "@playwright/test";
import { centre, column, drag, event, minute, moved, open } from "./support/agenda.js";
import { type Account, expect, test, timed } from "./support/test.js";

/*
 * Edits that are taken back and done again: by the message in the corner, by keys, and by plain forms.
 */

const week = "/agenda/week/2027-03-02";

const lunch = (account: Account, ...more: string[]) =>
  account.put("lunch.ics", ...timed("lunch", "20270302T120000", "20270302T130000", "Lunch", ...more));

const undo = (page: Page) => page.keyboard.press("Control+z");

const redo = (page: Page) => page.keyboard.press("Control+Shift+z");

const said = (page: Page, text: string | RegExp) => expect(page.locator(".toast").filter({ visible: true })).toContainText(text);

/** Drags the event of Tuesday at twelve to Thursday. */
async function toThursday(page: Page) {
  await drag(page, await minute(page, "2027-03-02", 12, 20), await minute(page, "2027-03-04", 12, 20));
  await page.mouse.up();
}

const onTuesday = (page: Page) => event(page, "Lunch, 12:00 to 13:00, Tuesday, 2 March");

const onThursday = (page: Page) => event(page, "Lunch, 12:00 to 13:00, Thursday, 4 March");

/** Stores the event anew as a phone would, with another title. */
async function renamedElsewhere(account: Account, name: string, title: string) {
  const text = (await account.get(name)).replace(/SUMMARY:.*/, `SUMMARY:${title}`);
  const answer = await account.caldav("PUT", name, text, { "content-type": "text/calendar; charset=utf-8" });
  expect(answer.status).toBeLessThan(300);
}

test("Ctrl+Z takes back one edit after the other, and they are done again in turn", async ({ page, account, hydrated }) => {
  await lunch(account);
  await open(page, hydrated, week);
  await toThursday(page);
  await moved(page);
  const between = await account.get("lunch.ics");
  await event(page, "Lunch").click();
  await page.getByRole("button", { name: "Delete" }).click();
  await said(page, "Event deleted.");
  await expect(event(page, "Lunch")).toHaveCount(0);

  await undo(page);
  await said(page, "Undone: Event deleted.");
  await expect(onThursday(page)).toBeVisible();
  expect(await account.get("lunch.ics")).toBe(between);
  await undo(page);
  await said(page, "Undone: Moved to 12:00 – 13:00, Thursday, 4 March");
  await expect(onTuesday(page)).toBeVisible();
  await undo(page);
  await said(page, "There is nothing to undo.");

  await redo(page);
  await said(page, "Done again: Moved to");
  await expect(onThursday(page)).toBeVisible();
  await page.keyboard.press("Control+y");
  await said(page, "Done again: Event deleted.");
  await expect(event(page, "Lunch")).toHaveCount(0);
  await redo(page);
  await said(page, "There is nothing to redo.");
  // By the message as well.
  await undo(page);
  await page.getByRole("button", { name: "Redo" }).click();
  await said(page, "Done again: Event deleted.");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(onThursday(page)).toBeVisible();
});

test("what was done before the page was left or loaded anew can be taken back", async ({ page, account, hydrated }) => {
  await lunch(account);
  await open(page, hydrated, week);
  await toThursday(page);
  await moved(page);
  await page.reload();
  await hydrated(page);
  await expect(onThursday(page)).toBeVisible();
  await page.getByRole("link", { name: "Settings" }).click();
  await expect(page.getByRole("heading", { name: "Settings" })).toBeVisible();
  // Who types takes back what was typed.
  const field = page.locator("input[type=password]").first();
  await field.fill("a");
  await undo(page);
  expect(await account.get("lunch.ics")).toContain("20270304T120000");
  await field.blur();
  await undo(page);
  await said(page, "Undone: Moved to");
  expect(await account.get("lunch.ics")).toContain("20270302T120000");
  await redo(page);
  await said(page, "Done again: Moved to");
  expect(await account.get("lunch.ics")).toContain("20270304T120000");
  // Another tab has done nothing.
  const other = await page.context().newPage();
  await open(other, hydrated, week);
  await undo(other);
  await said(other, "There is nothing to undo.");
});

test("a new event, a longer one and a changed one are taken back", async ({ page, account, hydrated }) => {
  await lunch(account);
  const before = await account.get("lunch.ics");
  await open(page, hydrated, week);
  await page.keyboard.press("c");
  await page.getByLabel("Title").fill("Choir");
  await page.getByRole("button", { name: "Save" }).click();
  await said(page, "Event created.");
  await expect(event(page, "Choir")).toBeVisible();

  await minute(page, "2027-03-02", 14);
  const { x, box } = await centre(event(page, "Lunch"));
  await drag(page, { x, y: box.y + box.height - 2 }, await minute(page, "2027-03-02", 14, 5));
  await page.mouse.up();
  await said(page, "Now 12:00 – 14:00");

  await event(page, "Lunch").click();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("Title").fill("Long lunch");
  await page.getByRole("button", { name: "Save" }).click();
  await said(page, "Event saved.");
  await expect(event(page, "Long lunch")).toBeVisible();

  await undo(page);
  await said(page, "Undone: Event saved.");
  await expect(event(page, "Lunch, 12:00 to 14:00")).toBeVisible();
  await undo(page);
  await said(page, "Undone: Now 12:00 – 14:00");
  await expect(onTuesday(page)).toBeVisible();
  expect(await account.get("lunch.ics")).toBe(before);
  await undo(page);
  await said(page, "Undone: Event created.");
  await expect(event(page, "Choir")).toHaveCount(0);
  await redo(page);
  await expect(event(page, "Choir")).toBeVisible();
});

for (const [scope, left] of [["This event", 4], ["This and following events", 2], ["All events", 5]] as const) {
  test(`a series moves and comes back: ${scope.toLowerCase()}`, async ({ page, account, hydrated }) => {
    await lunch(account, "RRULE:FREQ=DAILY;COUNT=5");
    const before = await account.get("lunch.ics");
    await open(page, hydrated, week);
    await drag(page, await minute(page, "2027-03-04", 12, 20), await minute(page, "2027-03-04", 15, 20));
    await page.mouse.up();
    await page.getByRole("radio", { name: scope, exact: true }).check();
    await page.getByRole("dialog").getByRole("button", { name: "Move" }).click();
    await moved(page);
    const after = scope === "All events" ? 0 : left;
    await expect(page.getByRole("link", { name: /Lunch, 12:00/ })).toHaveCount(after);
    await undo(page);
    await expect(page.getByRole("link", { name: /Lunch, 12:00/ })).toHaveCount(5);
    await expect(page.getByRole("link", { name: /Lunch/ })).toHaveCount(5);
    expect(await account.get("lunch.ics")).toBe(before);
    await redo(page);
    await expect(page.getByRole("link", { name: /Lunch, 12:00/ })).toHaveCount(after);
    await expect(page.getByRole("link", { name: /Lunch/ })).toHaveCount(5);
  });
}

test("an event comes back from another calendar", async ({ page, account, hydrated }) => {
  await lunch(account);
  const before = await account.get("lunch.ics");
  await page.goto("/calendars/new");
  await page.getByLabel("Name").fill("Team");
  await page.getByRole("button", { name: "Create" }).click();
  await open(page, hydrated, week);
  await event(page, "Lunch").click();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("Calendar", { exact: true }).selectOption({ label: "Team" });
  await page.getByRole("button", { name: "Save" }).click();
  await said(page, "Event saved.");
  expect((await account.caldav("GET", "lunch.ics")).status).toBe(404);
  await undo(page);
  await said(page, "Undone: Event saved.");
  expect(await account.get("lunch.ics")).toBe(before);
  await expect(event(page, "Lunch")).toHaveCount(1);
  await redo(page);
  await said(page, "Done again");
  expect((await account.caldav("GET", "lunch.ics")).status).toBe(404);
  await expect(event(page, "Lunch")).toHaveCount(1);
});

test("what another hand has changed since is kept, or taken back all the same", async ({ page, account, hydrated }) => {
  await lunch(account);
  await open(page, hydrated, week);
  for (const answer of ["Keep it as it is now", "Take my change back all the same"]) {
    await drag(page, await minute(page, "2027-03-02", 12, 20), await minute(page, "2027-03-04", 12, 20));
    await page.mouse.up();
    await moved(page);
    await renamedElsewhere(account, "lunch.ics", "Team lunch");
    const theirs = await account.get("lunch.ics");
    await undo(page);
    const question = page.getByRole("alertdialog", { name: "Changed meanwhile" });
    await expect(question).toContainText("“Team lunch” has been changed since then. The last change was made by Robin Doe, with tests.");
    await expect(question.getByRole("button", { name: "Keep it as it is now" })).toBeFocused();
    expect(await account.get("lunch.ics")).toBe(theirs);
    if (answer.startsWith("Take")) {
      // Once more while the question stands.
      await renamedElsewhere(account, "lunch.ics", "Late lunch");
      await question.getByRole("button", { name: answer }).click();
      await expect(question).toContainText("“Late lunch” has been changed since then.");
    }
    await question.getByRole("button", { name: answer }).click();
    await expect(question).toHaveCount(0);
    if (answer.startsWith("Keep")) {
      expect(await account.get("lunch.ics")).toBe(theirs);
      await undo(page);
      await said(page, "There is nothing to undo.");
      await lunch(account);
      await expect(onTuesday(page)).toBeVisible();
    }
  }
  await said(page, "Undone: Moved to");
  await expect(onTuesday(page)).toBeVisible();
  // Which is done again as any other.
  await redo(page);
  await expect(event(page, "Late lunch, 12:00 to 13:00, Thursday")).toBeVisible();
});

test("an edit that is on its way is the one that is taken back", async ({ page, account, hydrated }) => {
  await lunch(account);
  await account.put("talk.ics", ...timed("talk", "20270305T150000", "20270305T160000", "Talk"));
  await open(page, hydrated, week);
  await event(page, "Talk").click();
  await page.getByRole("button", { name: "Delete" }).click();
  await said(page, "Event deleted.");
  await page.route("**/fn/event-move", async (route) => {
    await new Promise((done) => setTimeout(done, 800));
    await route.continue();
  });
  await toThursday(page);
  await undo(page);
  await said(page, "Undone: Moved to");
  expect(await account.get("lunch.ics")).toContain("20270302T120000");
  expect((await account.caldav("GET", "talk.ics")).status).toBe(404);
});

test("where the server is not reached the edit can be taken back later", async ({ page, context, account, hydrated }) => {
  await lunch(account);
  await open(page, hydrated, week);
  await toThursday(page);
  await moved(page);
  await context.setOffline(true);
  await undo(page);
  await said(page, "The server cannot be reached.");
  await context.setOffline(false);
  await undo(page);
  await said(page, "Undone: Moved to");
  await expect(onTuesday(page)).toBeVisible();
});

test("the message of an edit is spoken, and its button keeps the focus of keys", async ({ page, account, hydrated }) => {
  await lunch(account);
  await open(page, hydrated, week);
  const status = page.locator(".toasts");
  await expect(status).toHaveAttribute("aria-live", "polite");
  await toThursday(page);
  await moved(page);
  const button = status.getByRole("button", { name: "Undo" });
  await expect(button).toHaveAttribute("aria-keyshortcuts", "Control+Z Meta+Z");
  await button.focus();
  await page.keyboard.press("Enter");
  await said(page, "Undone: Moved to");
  await expect(status.getByRole("button", { name: "Redo" })).toBeFocused();
});

const file = (...titles: string[]) => {
  const lines = titles.flatMap((title) => timed(title.toLowerCase(), "20270303T090000", "20270303T100000", title));
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tests//EN", ...lines, "END:VCALENDAR", ""].join("\r\n");
};

async function importFile(page: Page, text: string) {
  await page.goto("/import");
  await page.getByLabel("Calendar file (.ics)").setInputFiles({ name: "team.ics", mimeType: "text/calendar", buffer: Buffer.from(text) });
  await page.getByRole("button", { name: "Import" }).click();
  await expect(page.getByText("Imported into Personal")).toBeVisible();
}

test("an import is taken back but for what has changed since", async ({ page, account, hydrated }) => {
  await account.put("ball.ics", ...timed("ball", "20270303T110000", "20270303T120000", "Ball"));
  const before = await account.get("ball.ics");
  await importFile(page, file("Art", "Ball", "Choir"));
  await renamedElsewhere(account, "choir.ics", "My choir");
  await page.getByRole("button", { name: "Take this import back" }).click();
  await said(page, "Undone: Import of team.ics. 1 removed, 1 put back. Left because changed since: My choir.");
  await expect(page.getByRole("button", { name: "Take this import back" })).toHaveCount(0);
  expect(await account.get("ball.ics")).toBe(before);
  expect((await account.caldav("GET", "art.ics")).status).toBe(404);
  // Minutes later, in the agenda.
  await open(page, hydrated, week);
  await redo(page);
  await said(page, "Done again: Import of team.ics");
  await expect(event(page, "Art")).toBeVisible();
  await undo(page);
  await said(page, "Undone: Import of team.ics");
  await expect(event(page, "Art")).toHaveCount(0);
});

test("a form that was sent before the WebAssembly came can be taken back by keys", async ({ page, account, hydrated }) => {
  await lunch(account);
  let arrive = () => {};
  const held = new Promise<void>((done) => (arrive = done));
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(week, { waitUntil: "domcontentloaded" });
  await event(page, "Lunch").click();
  await page.getByLabel("Title").fill("Supper");
  await page.getByRole("button", { name: "Save" }).click();
  await said(page, "Event saved.");
  arrive();
  await hydrated(page);
  await said(page, "Event saved.");
  await undo(page);
  await said(page, "Undone: Event saved.");
  expect(await account.get("lunch.ics")).toContain("SUMMARY:Lunch");
  // It is offered once.
  await page.reload();
  await hydrated(page);
  await undo(page);
  await said(page, "There is nothing to undo.");
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("the next page offers to take an edit back", async ({ page, account }) => {
    await lunch(account);
    await page.goto(week);
    await event(page, "Lunch").click();
    await page.getByLabel("Title").fill("Supper");
    await page.getByRole("button", { name: "Save" }).click();
    await said(page, "Event saved.");
    const note = page.locator(".toast");
    await note.getByRole("button", { name: "Undo" }).click();
    await said(page, "Undone.");
    await expect(event(page, "Lunch")).toBeVisible();
    await note.getByRole("button", { name: "Redo" }).click();
    await expect(event(page, "Supper")).toBeVisible();
    await said(page, "Done again.");
    await renamedElsewhere(account, "lunch.ics", "Dinner");
    await note.getByRole("button", { name: "Undo" }).click();
    await said(page, "“Dinner” has been changed since then.");
    await note.getByRole("button", { name: "Take my change back all the same" }).click();
    await said(page, "Undone.");
    await expect(event(page, "Lunch")).toBeVisible();
    // A word of it is said once.
    await page.reload();
    await expect(note).toHaveCount(0);
  });

  test("an import is taken back and done again", async ({ page, account }) => {
    await importFile(page, file("Art"));
    await page.getByRole("button", { name: "Take this import back" }).click();
    await said(page, "Undone. 1 removed, 0 put back.");
    expect((await account.caldav("GET", "art.ics")).status).toBe(404);
    await page.getByRole("button", { name: "Redo" }).click();
    expect((await account.caldav("GET", "art.ics")).status).toBe(200);
  });
});

test("the keys are kept to who did it", async ({ page, account, server, hydrated }) => {
  await lunch(account);
  await open(page, hydrated, week);
  await toThursday(page);
  await moved(page);
  const { undo: edits } = await page.evaluate(() => JSON.parse(sessionStorage.getItem("kalends-undo")!));
  expect(edits).toHaveLength(1);
  // Another account in the same tab knows nothing of it, and would not be heard.
  const answer = await fetch(`${server.url}/undo`, {
    method: "POST",
    headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded", origin: server.url },
    body: new URLSearchParams({ undo: edits[0].undo }),
  });
  expect(answer.status).toBe(401);
  await page.evaluate(() => {
    const kept = JSON.parse(sessionStorage.getItem("kalends-undo")!);
    sessionStorage.setItem("kalends-undo", JSON.stringify({ ...kept, user: "somebody" }));
  });
  await page.reload();
  await hydrated(page);
  await undo(page);
  await said(page, "There is nothing to undo.");
  await expect(column(page, "2027-03-04").getByRole("link", { name: /Lunch/ })).toBeVisible();
});

/** Deletes the calendar by its form. */
async function deletePersonal(page: Page) {
  await page.getByRole("link", { name: /^Change Personal/ }).click();
  const form = page.getByRole("dialog");
  await form.getByText("Delete", { exact: true }).click();
  await form.getByRole("button", { name: "Delete the calendar" }).click();
  await said(page, "Calendar deleted.");
}

test("a deleted calendar comes back with its events, and goes again", async ({ page, account, hydrated }) => {
  await lunch(account);
  const before = await account.get("lunch.ics");
  await open(page, hydrated, week);
  const list = page.getByRole("region", { name: "Calendars" }).getByRole("checkbox");
  await deletePersonal(page);
  await expect(event(page, "Lunch")).toHaveCount(0);
  await expect(list).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await said(page, "Undone: Calendar deleted.");
  await expect(onTuesday(page)).toBeVisible();
  await expect(list).toHaveCount(1);
  expect(await account.get("lunch.ics")).toBe(before);
  await redo(page);
  await said(page, "Done again: Calendar deleted.");
  await expect(event(page, "Lunch")).toHaveCount(0);
  await expect(list).toHaveCount(0);
  await undo(page);
  await expect(onTuesday(page)).toBeVisible();
  await page.goto("/bin");
  await expect(page.getByText("Nothing rests here.")).toBeVisible();
});

test("a deleted calendar whose address is another's stays in the bin, and it is said why", async ({ page, account, hydrated }) => {
  await lunch(account);
  await open(page, hydrated, week);
  await deletePersonal(page);
  expect((await account.caldav("MKCALENDAR", "")).status).toBe(201);
  await undo(page);
  await said(page, "Another calendar has its address by now. The bin brings it back with a new one.");
  // It is not in the way of what was done before it.
  await undo(page);
  await said(page, "There is nothing to undo.");
  await page.goto("/bin");
  await page.getByRole("button", { name: "Restore" }).click();
  await expect(page.getByText("The calendar is back")).toBeVisible();
});

test.describe("without a script", () => {
  test.use({ javaScriptEnabled: false });

  test("a calendar is deleted and brought back by forms", async ({ page, account }) => {
    await lunch(account);
    await page.goto(week);
    await page.getByRole("link", { name: /^Change Personal/ }).click();
    await page.getByText("Delete", { exact: true }).click();
    await page.getByRole("button", { name: "Delete the calendar" }).click();
    await expect(page).toHaveURL(/\/agenda\/\w+\/\d{4}-\d\d-\d\d$/);
    await said(page, "Calendar deleted.");
    expect((await account.caldav("GET", "lunch.ics")).status).toBe(404);
    await page.getByRole("button", { name: "Undo" }).click();
    await said(page, "Undone.");
    expect((await account.caldav("GET", "lunch.ics")).status).toBe(200);
    await page.getByRole("button", { name: "Redo" }).click();
    await said(page, "Done again.");
    expect((await account.caldav("GET", "lunch.ics")).status).toBe(404);
  });
});
