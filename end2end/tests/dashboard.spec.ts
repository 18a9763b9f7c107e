import { expect, test } from "./support/test.js";

/** UTC in the form of iCalendar, some hours from now. */
const utc = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().replace(/[-:]|\.\d+/g, "");
/** Today in Zurich, `20261121`. */
const today = () => new Date().toLocaleDateString("sv-SE", { timeZone: "Europe/Zurich" }).replaceAll("-", "");

const event = (uid: string, ...lines: string[]) =>
  [uid + ".ics", "BEGIN:VEVENT", `UID:${uid}`, "DTSTAMP:20260101T000000Z", ...lines, "END:VEVENT"] as [string, ...string[]];

test("the next seven events: what is on now counts, and an all-day event counts today", async ({ page, account }) => {
  await account.put(...event("over", `DTSTART:${utc(-3)}`, `DTEND:${utc(-2)}`, "SUMMARY:Over"));
  await account.put(...event("on", `DTSTART:${utc(-1)}`, `DTEND:${utc(1)}`, "SUMMARY:On now"));
  await account.put(...event("day", `DTSTART;VALUE=DATE:${today()}`, "SUMMARY:All of today"));
  await account.put(...event("off", `DTSTART:${utc(30)}`, "STATUS:CANCELLED", "SUMMARY:Called off"));
  await account.put(...event("daily", `DTSTART:${utc(50)}`, "DURATION:PT1H", "RRULE:FREQ=DAILY", "SUMMARY:Daily"));
  await page.goto("/");
  const next = page.getByRole("region", { name: "Next events" });
  await expect(next.getByRole("listitem")).toHaveCount(7);
  await expect(next.getByRole("listitem").filter({ hasText: "On now" })).toContainText("Now");
  await expect(next.getByRole("listitem").filter({ hasText: "All of today" })).toContainText("All day");
  await expect(next).not.toContainText("Over");
  await expect(next).not.toContainText("Called off");
  await expect(next.getByRole("listitem").filter({ hasText: "Daily" })).toHaveCount(5);

  await next.getByRole("link", { name: /On now/ }).click();
  await expect(page).toHaveURL(/\/event\//);
});

test("an empty calendar says so", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  await page.goto("/");
  await expect(page.getByText("Nothing is planned.")).toBeVisible();
});

test("who is not signed in is asked to, and comes back", async ({ page, account, context }) => {
  await context.clearCookies();
  await page.goto("/settings");
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.getByLabel("User name").fill(account.name);
  await page.getByLabel("Password").fill(account.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/settings$/);
});
