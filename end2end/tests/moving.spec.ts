import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { Server } from "./support/server.js";
import { Account, expect, test, timed } from "./support/test.js";

/*
 * Somebody moves here from another service, which is another Kalends.
 */

test.use({ serverOptions: ["--private-hosts", "127.0.0.1"] });

async function accessible(page: Page, what: string) {
  const found = await new AxeBuilder({ page }).analyze();
  expect(found.violations.map(({ id, nodes }) => `${what}: ${id} at ${nodes.map(({ target }) => target).join(", ")}`)).toEqual([]);
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

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
        await accessible(page, "the form");
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
        await accessible(page, "the choice");
        if (process.env.KALENDS_SCREENSHOTS) await page.screenshot({ path: `${process.env.KALENDS_SCREENSHOTS}/move-choice-${colorScheme}.png` });
        await page.getByRole("button", { name: "Move them here" }).click();
        await expect(page.getByText("Entries: 1; times they happen: 4; months: 1.")).toBeVisible();
        // As it is when it has ended.
        await page.goto(page.url());
        await accessible(page, "the report");
        if (process.env.KALENDS_SCREENSHOTS) await page.screenshot({ path: `${process.env.KALENDS_SCREENSHOTS}/move-report-${colorScheme}.png` });
        await page.goto("/agenda/week/2026-03-09");
        await expect(page.locator("[data-event]")).toHaveAttribute("aria-label", /Choir/);
      } finally {
        await other.stop();
      }
    });
  });
}
