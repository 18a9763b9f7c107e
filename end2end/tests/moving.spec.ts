import { barriers, picture } from "./support/looks.js";
import { Server } from "./support/server.js";
import { Account, expect, test, timed } from "./support/test.js";

/*
 * Somebody moves here from another service, which is another Kalends.
 */

test.use({ serverOptions: ["--private-hosts", "127.0.0.1"] });

test("an account elsewhere is found, its calendars come along, and both sides are compared", async ({ page, account, browser }) => {
  expect(account.name).toBeTruthy();
  const other = await Server.start();
  try {
    const context = await browser.newContext();
    const grace = await Account.signUp(other, context);
    await context.close();
    await grace.put("choir.ics", ...timed("choir", "20260302T100000", "20260302T110000", "Choir", "RRULE:FREQ=WEEKLY;COUNT=4"));
    const password = await other.command("user", "app-password", grace.name, "moving");

    await page.goto("/import");
    await page.getByRole("link", { name: "Move here from another service" }).click();
    expect(await barriers(page), "the form").toEqual([]);
    await page.getByLabel("Address").fill(other.url);
    await page.getByLabel("Name there").fill(grace.name);
    await page.getByLabel("Password there").fill("wrong");
    await page.getByRole("button", { name: "Look for calendars" }).click();
    await expect(page.getByRole("alert")).toContainText("does not take this name and password");
    await expect(page.getByLabel("Name there")).toHaveValue(grace.name);
    await expect(page.getByLabel("Password there")).toHaveValue("");

    await page.getByLabel("Password there").fill(password);
    await page.getByRole("button", { name: "Look for calendars" }).click();
    await expect(page.getByRole("checkbox", { name: "Personal" })).toBeChecked();
    await expect(page.getByText("1 entry")).toBeVisible();
    expect(await barriers(page), "the choice").toEqual([]);
    await picture(page, "move-choice");
    await page.getByRole("button", { name: "Move them here" }).click();
    await expect(page.getByText("Entries: 1; times they happen: 4; months: 1.")).toBeVisible();
    // As it is when it has ended.
    await page.goto(page.url());
    expect(await barriers(page), "the report").toEqual([]);
    await picture(page, "move-report");
    await page.goto("/agenda/week/2026-03-09");
    await expect(page.locator("[data-event]")).toHaveAttribute("aria-label", /Choir/);
  } finally {
    await other.stop();
  }
});
