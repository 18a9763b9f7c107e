import { event, open } from "./support/agenda.js";
import { expect, test, timed } from "./support/test.js";

/*
 * What became of an event, by whom and by which way, and the way back.
 */

const lunch = (from: string, title: string, ...more: string[]) =>
  timed("lunch", `20270302T${from}0000`, "20270302T150000", title, ...more);

test("each change stands with who made it and what it changed, and any version comes back", async ({ page, account, hydrated }) => {
  await account.put("lunch.ics", ...lunch("12", "Lunch"));
  await account.put("lunch.ics", ...lunch("11", "Long lunch", "LOCATION:Harbour"));
  await open(page, hydrated, "/agenda/week/2027-03-02");
  await event(page, "Long lunch").click();
  await page.getByRole("link", { name: "History" }).click();
  await expect(page.getByRole("heading", { name: "History of Long lunch" })).toBeVisible();
  const versions = page.locator(".history__version");
  await expect(versions).toHaveCount(2);
  await expect(versions.first()).toContainText("Changed");
  await expect(versions.first()).toContainText("Current version");
  await expect(versions.first()).toContainText("Robin Doe, with tests");
  await expect(versions.first()).toContainText("Harbour");
  await expect(versions.first().locator("del").first()).toHaveText("Lunch");
  await expect(versions.first().locator("ins").first()).toHaveText("Long lunch");
  await expect(versions.first()).toContainText("Tuesday, 2 March 2027, 11:00 – 15:00");
  await expect(versions.last()).toContainText("Created");
  await expect(versions.first().getByRole("button")).toHaveCount(0);
  // What the page shows follows.
  await account.put("lunch.ics", ...lunch("13", "Late lunch"));
  await expect(versions).toHaveCount(3);

  await versions.last().getByRole("link", { name: "Show the text" }).click();
  await expect(versions.last().locator("pre")).toContainText("SUMMARY:Lunch");
  await versions.last().getByRole("link", { name: "Hide the text" }).click();
  await expect(page.locator("pre")).toHaveCount(0);

  await versions.last().getByRole("button", { name: "Bring back this version" }).click();
  await expect(page.getByText("It is back.")).toBeVisible();
  await expect(versions).toHaveCount(4);
  await expect(versions.first()).toContainText("Brought back");
  await expect(versions.first()).toContainText("Robin Doe, in the agenda");
  expect(await account.get("lunch.ics")).toContain("SUMMARY:Lunch");
  await page.getByRole("link", { name: "Back", exact: true }).click();
  await expect(page).toHaveURL(/\/agenda\/week\/2027-03-02/);
  await expect(event(page, "Lunch, 12:00 to 15:00")).toBeVisible();
});

test("what happened in a calendar is listed by day, and found by person, way and day", async ({ page, account, hydrated }) => {
  await account.put("lunch.ics", ...lunch("12", "Lunch"));
  await account.put("talk.ics", ...timed("talk", "20270303T120000", "20270303T130000", "Talk"));
  await account.caldav("DELETE", "talk.ics");
  await open(page, hydrated, "/agenda/week/2027-03-02");
  await page.getByRole("link", { name: /^Change Personal/ }).click();
  await page.getByRole("dialog").getByRole("link", { name: "History" }).click();
  await expect(page.getByRole("heading", { name: "Changes in Personal" })).toBeVisible();
  await expect(page.getByRole("heading", { name: /^Today/ })).toBeVisible();
  const rows = page.locator(".history__row");
  await expect(rows).toHaveCount(3);
  // What is gone is called as it was.
  await expect(rows.nth(0)).toContainText("Talk");
  await expect(rows.nth(0)).toContainText("Deleted");
  await expect(rows.nth(0)).toContainText("Robin Doe, with tests");
  await expect(rows.nth(2)).toContainText("Created");
  await account.put("lunch.ics", ...lunch("13", "Late lunch"));
  await expect(rows).toHaveCount(4);

  await page.getByLabel("How").selectOption("tests");
  await page.getByRole("button", { name: "Show" }).click();
  await expect(rows).toHaveCount(4);
  await page.getByLabel("On", { exact: true }).fill("2020-01-01");
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page.getByText("No such changes.")).toBeVisible();
  await expect(page.getByLabel("How")).toHaveValue(/^app-\d+$/);
  await page.getByRole("link", { name: "Show all" }).click();
  await expect(rows).toHaveCount(4);
  await rows.nth(0).getByRole("link", { name: "Late lunch" }).click();
  await expect(page.getByRole("heading", { name: "History of Late lunch" })).toBeVisible();
  await page.getByRole("link", { name: "Back", exact: true }).click();
  await rows.nth(1).getByRole("link", { name: "The calendar before this" }).click();
  await expect(page.getByRole("heading", { name: "Personal as it was" })).toBeVisible();
  await expect(page.getByText("there were 2 events")).toBeVisible();
});

test("many changes come in pages, and those of one import together", async ({ page, account, server }) => {
  const events = Array.from({ length: 60 }, (_, number) =>
    timed(`e${number}`, "20270302T120000", "20270302T130000", `Event ${number}`).join("\r\n"),
  );
  const file = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tests//EN", ...events, "END:VCALENDAR", ""].join("\r\n");
  await page.goto("/import");
  await page.getByLabel("Calendar file (.ics)").setInputFiles({ name: "team.ics", mimeType: "text/calendar", buffer: Buffer.from(file) });
  await page.getByRole("button", { name: "Import" }).click();
  await expect(page.getByText("60")).not.toHaveCount(0);
  await account.put("lunch.ics", ...lunch("12", "Lunch"));
  const calendars = await (await page.request.get(`${server.url}/api/v1.0/calendars`)).json();
  await page.goto(`/calendars/${calendars.calendars[0].id}/changes`);
  const run = page.locator(".history__run");
  await expect(run).toContainText("49 changes");
  await expect(run).toContainText("Robin Doe, by the import of team.ics");
  await run.locator("summary").click();
  await expect(run.getByRole("link", { name: "Event 59" })).toBeVisible();
  await page.getByRole("link", { name: "Older changes" }).click();
  await expect(run).toContainText("11 changes");
  await page.getByRole("link", { name: "Newest changes" }).click();
  await expect(run).toContainText("49 changes");
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("what was deleted comes back, and what has changed meanwhile is not written over", async ({ page, account }) => {
    await account.put("lunch.ics", ...timed("lunch", "20270302T120000", "20270302T130000", "Lunch"));
    await account.caldav("DELETE", "lunch.ics");
    await account.put("other.ics", ...timed("other", "20270302T120000", "20270302T130000", "Other"));
    await page.goto("/agenda/week/2027-03-02");
    const calendar = (await event(page, "Other").getAttribute("href"))!.match(/\/event\/(\d+)\//)![1];
    await page.goto(`/event/${calendar}/lunch.ics/history`);
    const versions = page.locator(".history__version");
    await expect(versions.first()).toContainText("Deleted");
    await versions.first().getByRole("button", { name: "Bring it back" }).click();
    await expect(page.getByText("It is back.")).toBeVisible();
    expect(await account.get("lunch.ics")).toContain("SUMMARY:Lunch");

    await page.goto(`/event/${calendar}/other.ics/history`);
    await account.put("other.ics", ...timed("other", "20270302T120000", "20270302T130000", "Another"));
    await page.goto(`/event/${calendar}/other.ics/history`);
    await account.put("other.ics", ...timed("other", "20270302T120000", "20270302T130000", "Yet another"));
    await versions.last().getByRole("button", { name: "Bring back this version" }).click();
    await expect(page.getByRole("alert")).toBeVisible();
    await expect(versions).toHaveCount(3);
    expect(await account.get("other.ics")).toContain("SUMMARY:Yet another");
  });

  test("a calendar is seen as it was, and one event or all of it comes back", async ({ page, account }) => {
    await account.put("lunch.ics", ...timed("lunch", "20270302T120000", "20270302T130000", "Lunch"));
    await account.put("talk.ics", ...timed("talk", "20270303T120000", "20270303T130000", "Talk"));
    await account.put("walk.ics", ...timed("walk", "20270304T120000", "20270304T130000", "Walk"));
    await page.waitForTimeout(20);
    const at = new Date().toISOString();
    await page.waitForTimeout(20);
    await account.put("lunch.ics", ...timed("lunch", "20270302T120000", "20270302T130000", "Long lunch"));
    await account.caldav("DELETE", "talk.ics");
    await account.put("party.ics", ...timed("party", "20270305T120000", "20270305T130000", "Party"));
    await page.goto("/agenda/week/2027-03-02");
    const id = (await event(page, "Walk").getAttribute("href"))!.match(/\/event\/(\d+)\//)![1];
    await page.goto(`/calendars/${id}/as-of?at=${at}`);
    await expect(page.getByText("there were 3 events")).toBeVisible();
    await expect(page.getByText("1 was changed since.")).toBeVisible();
    const rows = page.locator(".history__version");
    await expect(rows).toHaveCount(3);
    const row = (title: string) => rows.filter({ has: page.locator("strong", { hasText: title }) });
    await expect(row("Party")).toContainText("Added since");
    await expect(row("Party").getByRole("button")).toHaveCount(0);
    await expect(row("Lunch").locator("ins")).toHaveText("Long lunch");
    await row("Talk").getByRole("button", { name: "Bring it back" }).click();
    await expect(page.getByText("It is back.")).toBeVisible();
    expect(await account.get("talk.ics")).toContain("SUMMARY:Talk");
    await expect(rows).toHaveCount(2);

    // Somebody else was quicker.
    await account.put("walk.ics", ...timed("walk", "20270304T120000", "20270304T130000", "Run"));
    const all = async () => {
      await page.getByText("Bring back the whole calendar").click();
      await page.getByRole("button", { name: "Bring it all back" }).click();
    };
    await all();
    await expect(page.getByRole("alert")).toContainText("changed since you looked at it");
    expect(await account.get("walk.ics")).toContain("SUMMARY:Run");
    await all();
    await expect(page.getByText("It is back.")).toBeVisible();
    await expect(page.getByText("Everything is as it was.")).toBeVisible();
    for (const [name, title] of [["lunch", "Lunch"], ["talk", "Talk"], ["walk", "Walk"]] as const) {
      expect(await account.get(`${name}.ics`)).toContain(`SUMMARY:${title}\r`);
    }
    expect((await account.caldav("GET", "party.ics")).status).toBe(404);
    await page.getByRole("link", { name: /^Everything as it was/ }).click();
    await expect(rows).toHaveCount(3);

    // And back again.
    await page.goBack();
    await page.getByRole("link", { name: "Look at it as it was before that" }).click();
    await all();
    expect(await account.get("lunch.ics")).toContain("SUMMARY:Long lunch");
    expect(await account.get("party.ics")).toContain("SUMMARY:Party");
    await page.goto(`/calendars/${id}/changes`);
    await expect(page.locator(".history__run").first()).toContainText("Robin Doe, who brought back what was on");
    await page.goto(`/calendars/${id}/as-of?at=someday`);
    await expect(page.getByRole("alert")).toContainText("not understood");
    await page.getByRole("link", { name: "A week ago" }).click();
    await expect(page.getByText("There was no such calendar yet.")).toBeVisible();
    await expect(page.getByText("Bring back the whole calendar")).toHaveCount(0);
  });
});
