import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "./support/test.js";

const python = process.env.KALENDS_TEST_PYTHON ?? resolve(import.meta.dirname, "../../.tools/venv/bin/python");

/** A calendar file of another project: those with which recurring-ical-events tests itself. */
function foreign(name: string): string {
  const find = "import pathlib, recurring_ical_events as r; print(pathlib.Path(r.__file__).parent / 'test' / 'calendars')";
  return join(execFileSync(python, ["-c", find]).toString().trim(), name);
}

function file(name: string, text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "kalends-ics-")), name);
  writeFileSync(path, text);
  return path;
}

async function importFile(page: Page, path: string, into?: string) {
  await page.goto("/import");
  await page.getByLabel("Calendar file (.ics)").setInputFiles(path);
  if (into) await page.getByLabel("Into").selectOption({ label: into });
  await page.getByRole("button", { name: "Import" }).click();
}

const report = (page: Page) => page.getByRole("region", { name: "Report of the import" });

/** The spoken names of the events on the page: title, time, day. */
const spoken = (page: Page) =>
  page.locator("[data-event]").evaluateAll((links) => links.map((link) => link.getAttribute("aria-label") ?? ""));

test("a calendar of another program comes in and stands at the right times in month, week and day", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  // The last Friday of each month at 21:30; the one of December was moved forward by two weeks.
  await importFile(page, foreign("issue_62_moved_event.ics"));
  await expect(report(page)).toContainText("1 new, 0 replaced, 0 unchanged, 0 refused");
  await page.goto("/agenda/month/2021-12-15");
  expect(await spoken(page)).toEqual([expect.stringContaining("Karaoke, 21:30 – 21:30, Friday, 17 December")]);
  await page.goto("/agenda/week/2022-01-26");
  expect(await spoken(page)).toEqual([expect.stringContaining("Karaoke, 21:30 – 21:30, Friday, 28 January")]);

  await importFile(page, foreign("three_events_one_edited.ics"));
  await page.goto("/agenda/week/2019-03-19");
  expect((await spoken(page)).map((name) => name.replace(/(, location)?, Personal, repeats/, ""))).toEqual([
    "test7, 04:00 – 05:00, Monday, 18 March",
    "test7 - edited, 04:00 – 05:00, Tuesday, 19 March",
    "test7, 04:00 – 05:00, Wednesday, 20 March",
  ]);
  await page.goto("/agenda/day/2019-03-19");
  expect(await spoken(page)).toEqual(["test7 - edited, 04:00 – 05:00, Tuesday, 19 March, location, Personal, repeats"]);
});

test("what a file has that no standard allows is refused with its line, and the rest comes in", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  await importFile(page, foreign("recurring_events_moved.ics"));
  await expect(report(page)).toContainText("1 new, 0 replaced, 0 unchanged, 1 refused");
  await expect(report(page)).toContainText("Line 75: DURATION beside DTEND");
});

test("times of another zone are the person's own, on both sides of a change of the clocks", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  await importFile(page, foreign("issue_48_dst.ics"));
  await expect(report(page)).toContainText("13 new");
  const at = async (day: string) => {
    await page.goto(`/agenda/day/${day}`);
    return (await spoken(page)).filter((name) => name.startsWith("Event#2")).map((name) => name.split(",")[1]!.trim());
  };
  // 10:15 in Chicago; in the last week of October only Europe is back on standard time.
  expect(await at("2020-10-19")).toEqual(["17:15 – 17:30"]);
  expect(await at("2020-10-26")).toEqual(["16:15 – 16:30"]);
  expect(await at("2020-11-02")).toEqual(["17:15 – 17:30"]);
});

test("the report says what was replaced and what was refused and why", async ({ page, account }) => {
  await account.put("kept.ics", "BEGIN:VEVENT", "UID:kept", "DTSTAMP:20260101T000000Z", "DTSTART:20260305T090000Z", "SUMMARY:Before", "END:VEVENT");
  const event = (uid: string, start: string, title: string) =>
    `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:${start}\r\nSUMMARY:${title}\r\nX-OWN:kept\r\nEND:VEVENT\r\n`;
  const text = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\n${event("kept", "20260305T090000Z", "After")}${event("new", "20260306T090000Z", "Fresh")}${event("bad", "2026-03-07", "Broken")}END:VCALENDAR\r\n`;
  const path = file("mixed.ics", text);
  await importFile(page, path);
  await expect(report(page)).toContainText("1 new, 1 replaced, 0 unchanged, 1 refused");
  await expect(page.getByRole("listitem").filter({ hasText: "Broken" })).toContainText("Line 21:");
  expect(await account.get("kept.ics")).toContain("SUMMARY:After\r\nX-OWN:kept");
  await importFile(page, path);
  await expect(report(page)).toContainText("0 new, 0 replaced, 2 unchanged, 1 refused");
});

test("a file goes into a new calendar, and a calendar comes out as a file", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  await importFile(page, foreign("three_events.ics"), "A new calendar");
  await expect(report(page)).toContainText("Imported into three_events: 1 new");
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download three_events" }).click();
  const saved = await (await download).path();
  const text = readFileSync(saved, "utf8");
  expect(text).toContain("RRULE:FREQ=DAILY;COUNT=3;INTERVAL=3");
  expect((await download).suggestedFilename()).toBe("three-events.ics");
});

test("what is no calendar is refused and leaves nothing behind", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  await importFile(page, file("photo.ics", "JFIF and so on"), "A new calendar");
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.getByRole("link", { name: /^Download/ })).toHaveCount(1);
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });
  test("files come in all the same", async ({ page, account }) => {
    expect(account.name).toBeTruthy();
    await importFile(page, foreign("three_events.ics"));
    await expect(report(page)).toContainText("1 new");
  });
});
