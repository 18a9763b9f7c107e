import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { event, open } from "./support/agenda.js";
import { Account, expect, test, timed } from "./support/test.js";

/*
 * What was deleted and comes back, and what the server does beside answering.
 */

const lunch = timed("lunch", "20270302T120000", "20270302T130000", "Lunch");

test("what was deleted rests in the bin, with who deleted it, and comes back", async ({ page, account, hydrated }) => {
  await account.put("lunch.ics", ...lunch);
  expect((await account.caldav("DELETE", "lunch.ics")).status).toBe(204);
  await open(page, hydrated, "/agenda/week/2027-03-02");
  await expect(event(page, "Lunch")).toHaveCount(0);
  await page.getByRole("link", { name: "Bin", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Bin", level: 1 })).toBeVisible();
  const row = page.getByRole("listitem").filter({ hasText: "Lunch" });
  await expect(row).toContainText("Tuesday, 2 March 2027, 12:00 – 13:00 · Personal");
  await expect(row).toContainText(/Deleted .+ by Robin Doe, with tests/);
  await expect(row).toContainText("29 days left");
  await row.getByRole("button", { name: "Restore" }).click();
  await expect(page.getByText("It is back in its calendar.")).toBeVisible();
  await expect(page.getByText("Nothing rests here.")).toBeVisible();
  expect(await account.get("lunch.ics")).toContain("SUMMARY:Lunch");
  await open(page, hydrated, "/agenda/week/2027-03-02");
  await expect(event(page, "Lunch, 12:00 to 13:00")).toBeVisible();

  // Twice: the page that another tab still shows.
  expect((await account.caldav("DELETE", "lunch.ics")).status).toBe(204);
  await page.goto("/bin");
  const other = await page.context().newPage();
  await other.goto("/bin");
  await page.getByRole("button", { name: "Restore" }).click();
  await expect(page.getByText("It is back in its calendar.")).toBeVisible();
  await other.getByRole("button", { name: "Restore" }).click();
  await expect(other.getByRole("alert")).toBeVisible();
});

test("a deleted calendar comes back with its events, or goes for good", async ({ page, account, hydrated }) => {
  await account.put("lunch.ics", ...lunch);
  await open(page, hydrated, "/agenda/week/2027-03-02");
  await page.getByRole("link", { name: /^Change Personal/ }).click();
  const form = page.getByRole("dialog");
  await form.getByText("Delete", { exact: true }).click();
  await form.getByRole("button", { name: "Delete the calendar" }).click();
  await expect(form).toBeHidden();
  await expect(event(page, "Lunch")).toHaveCount(0);
  await page.goto("/bin");
  const row = page.getByRole("listitem").filter({ hasText: "Personal" });
  await expect(row).toContainText("1 entry");
  await row.getByRole("button", { name: "Restore" }).click();
  await expect(page.getByText("The calendar is back")).toBeVisible();
  await open(page, hydrated, "/agenda/week/2027-03-02");
  await expect(event(page, "Lunch, 12:00 to 13:00")).toBeVisible();

  expect((await account.caldav("DELETE", "lunch.ics")).status).toBe(204);
  await page.goto("/bin");
  await page.getByText("Empty the bin", { exact: true }).first().click();
  await page.getByRole("button", { name: "Empty the bin" }).click();
  await expect(page.getByText("The bin is empty.")).toBeVisible();
  await expect(page.getByText("Nothing rests here.")).toBeVisible();
});

test("nobody sees what others deleted, nor the jobs without being an administrator", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  await page.goto("/bin");
  await expect(page.getByText("Nothing rests here.")).toBeVisible();
  const jobs = await page.goto("/admin/jobs");
  expect(jobs?.status()).toBe(404);
  await expect(page.getByRole("heading", { name: "Jobs" })).toHaveCount(0);
});

test("a large file is imported while its page may be left and looked at again", async ({ page, account }) => {
  const events = Array.from({ length: 3000 }, (_, number) =>
    timed(`large-${number}`, "20270302T120000", "20270302T130000", `Number ${number}`, `DESCRIPTION:${"long ".repeat(60)}`).join("\r\n"),
  );
  const path = join(mkdtempSync(join(tmpdir(), "kalends-large-")), "large.ics");
  writeFileSync(path, ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tests//EN", ...events, "END:VCALENDAR", ""].join("\r\n"));
  await page.goto("/import");
  await page.getByLabel("Calendar file (.ics)").setInputFiles(path);
  await page.getByLabel("Into").selectOption({ label: "Personal" });
  await page.getByRole("button", { name: "Import" }).click();
  await expect(page).toHaveURL(/\/import\/\d+$/);
  const address = page.url();
  await page.goto("/settings");
  await page.goto(address);
  // By itself, as it goes on.
  await expect(page.getByText("3000 new, 0 replaced, 0 unchanged, 0 refused")).toBeVisible({ timeout: 60_000 });
  expect((await account.caldav("GET", "large-2999.ics")).status).toBe(200);
  await page.reload();
  await expect(page.getByText("3000 new")).toBeVisible();
});

test("a large file that is no calendar says so", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  const path = join(mkdtempSync(join(tmpdir(), "kalends-large-")), "letter.ics");
  writeFileSync(path, "Dear Robin\r\n".repeat(120_000));
  await page.goto("/import");
  await page.getByLabel("Calendar file (.ics)").setInputFiles(path);
  await page.getByLabel("Into").selectOption({ label: "A new calendar" });
  await page.getByRole("button", { name: "Import" }).click();
  // As soon as it is known: the page looks by itself every 20 seconds alone.
  await expect(page.getByRole("alert")).toContainText("letter.ics was not imported", { timeout: 15_000 });
  await page.goto("/agenda");
  await expect(page.getByRole("region", { name: "Calendars" }).getByRole("checkbox")).toHaveCount(1);
});

test("an administrator sees the jobs, begins one, and removes what is done", async ({ page, server, context }) => {
  await Account.signUp(server, context, "--admin");
  await page.goto("/settings");
  await page.getByRole("link", { name: "Jobs" }).click();
  await expect(page.getByRole("heading", { name: "Jobs", level: 1 })).toBeVisible();
  await page.getByRole("button", { name: "Index anew" }).click();
  const indexing = page.getByRole("listitem").filter({ hasText: "Indexing anew" }).filter({ hasText: "done" });
  await expect(async () => {
    await page.getByRole("link", { name: "Look again" }).click();
    await expect(indexing).toHaveCount(1, { timeout: 500 });
  }).toPass();
  await indexing.getByRole("button", { name: /^Remove/ }).click();
  await expect(indexing).toHaveCount(0);
  // What is always to be done waits for its time.
  await expect(page.getByRole("listitem").filter({ hasText: "Cleaning up" }).filter({ hasText: "waits until" })).toHaveCount(1);
});
