import type { Page } from "@playwright/test";
import { barriers, picture } from "./support/looks.js";
import { type Account, expect, test } from "./support/test.js";

/*
 * An alarm goes off while a page is open: it appears by itself, is put off and dismissed, and what was done stands in the text.
 */

/** Later than a node takes to look. */
const soon = { timeout: 20_000 };

const utc = (at: Date) => at.toISOString().replace(/[-:]|\.\d+/g, "");

/** An event in an hour, with an alarm in three seconds. */
const remind = (account: Account, uid: string, title: string) => {
  const at = new Date(Date.now() + 3000);
  return account.put(
    `${uid}.ics`,
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20260101T000000Z",
    `DTSTART:${utc(new Date(at.getTime() + 3_600_000))}`,
    `SUMMARY:${title}`,
    "LOCATION:Garden",
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    "DESCRIPTION:x",
    "TRIGGER:-PT1H",
    "END:VALARM",
    "END:VEVENT",
  );
};

const panel = (page: Page) => page.locator("#kalends-reminders section");

for (const [name, options] of [
  ["desk", {}],
  ["phone", { viewport: { width: 390, height: 844 } }],
] as const) {
  test.describe(name, () => {
    test.use(options);

    test("a reminder appears in an open page, is put off and dismissed", async ({ page, account, context }) => {
      await page.goto("/settings");
      const plain = await context.newPage();
      await plain.goto("/reminders");
      await expect(plain.getByText("None came yet.")).toBeVisible();
      await remind(account, "tea", "Tea & cake");
      for (const where of [page, plain]) {
        await expect(panel(where)).toContainText("Tea & cake", soon);
        await expect(panel(where)).toContainText("Garden");
      }
      await picture(page, `reminder-${name}`);
      expect(await barriers(page, "#kalends-reminders")).toEqual([]);

      await panel(page).getByRole("button", { name: "5 min", exact: true }).click();
      for (const where of [page, plain]) await expect(panel(where)).toBeHidden(soon);
      const text = await (await account.caldav("GET", "tea.ics")).text();
      expect(text).toContain("ACKNOWLEDGED:");
      expect(text).toContain("RELATED-TO;RELTYPE=SNOOZE:");
      await expect(async () => {
        await plain.goto("/reminders");
        await expect(plain.locator("ul[aria-labelledby=coming]")).toContainText("Tea & cake", { timeout: 500 });
      }).toPass(soon);
      await expect(plain.locator("ul[aria-labelledby=past]")).toContainText("You have put it off.");

      await remind(account, "bus", "Bus");
      await expect(panel(page)).toContainText("Bus", soon);
      await panel(page).getByRole("button", { name: "Dismiss" }).click();
      await expect(panel(page)).toBeHidden(soon);
      await plain.goto("/reminders");
      await expect(plain.locator("ul[aria-labelledby=past]")).toContainText("You have dismissed it.");
      expect(await barriers(plain)).toEqual([]);
      await picture(plain, `reminders-${name}`);
    });
  });
}

test("what is wanted is kept, also without scripts", async ({ browser, page, account, context }) => {
  expect(account.name).toBeTruthy();
  await page.goto("/settings");
  const without = await browser.newContext({ javaScriptEnabled: false, storageState: await context.storageState() });
  const plain = await without.newPage();
  await plain.goto(new URL("/reminders", page.url()).href);
  await plain.getByLabel("At", { exact: true }).fill("06:30");
  await plain.getByLabel("In every page of Kalends that is open").uncheck();
  await plain.getByRole("button", { name: "Save" }).click();
  await expect(plain.locator(".notice--success")).toContainText("Saved.");
  await expect(plain.getByLabel("At", { exact: true })).toHaveValue("06:30");
  await expect(plain.getByLabel("In every page of Kalends that is open")).not.toBeChecked();
  await without.close();
});
