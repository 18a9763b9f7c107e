import { barriers, beside } from "./support/looks.js";
import { Account, expect, test, timed } from "./support/test.js";

/*
 * When people could meet: strips side by side, a time that fits, and the form of the event with its guests.
 */

test.use({ viewport: { width: 390, height: 844 } });

test("a time is found for two people, taken and saved with its guest", async ({ page, context, server, browser }) => {
  // Who invites needs an address of e-mail.
  const account = await Account.signUp(server, context, "--email", `find-time-${Date.now()}@example.org`);
  const other = await browser.newContext({ baseURL: server.url });
  const ben = await Account.signUp(server, other);
  await account.put("own.ics", ...timed("own", "20270302T090000", "20270302T120000", "Own"));

  await page.goto("/");
  await page.getByRole("link", { name: "Find a time" }).click();
  await page.getByLabel("Who has to come").fill(ben.name);
  await page.getByLabel("First day").fill("2027-03-02");
  await page.getByLabel("Days", { exact: true }).fill("1");
  await page.getByRole("button", { name: "Show" }).click();
  const day = page.getByRole("table", { name: "Tuesday, 2 March" });
  await expect(day.getByRole("row", { name: "You" })).toContainText("Busy 09:00 – 12:00.");
  await expect(day.getByRole("row", { name: ben.name })).toContainText("Nothing is known.");
  expect(await beside(page)).toBeLessThanOrEqual(0);
  expect(await barriers(page)).toEqual([]);

  const fits = page.getByRole("region", { name: "Times that fit" });
  await fits.getByRole("list").getByRole("link").first().click();
  await expect(page.getByLabel("Guests", { exact: true })).toHaveValue(ben.name);
  await page.getByLabel("Title").fill("Plan");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page).toHaveURL(/\/agenda\/.*\/2027-03-02$/);
  await expect(page.getByText("Plan").first()).toBeVisible();
  await other.close();
});
