import { event, open } from "./support/agenda.js";
import { barriers } from "./support/looks.js";
import { Account, expect, test, timed } from "./support/test.js";

/*
 * An invitation in the agenda of whom it is for: open, answered, taken back.
 */

const soon = { timeout: 10000 };
const address = (account: Account) => `/api/v1.0/caldav/principals/${account.name}/`;

test("an invitation stands open in the agenda, is answered in its details, and the answer is taken back", async ({
  page,
  account,
  browser,
  server,
  hydrated,
}) => {
  const errors: string[] = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(error.message));
  const context = await browser.newContext({ baseURL: server.url });
  const organizer = await Account.signUp(server, context);
  const parties = [`ORGANIZER;CN=Ada:${address(organizer)}`, `ATTENDEE;CN=Robin;PARTSTAT=NEEDS-ACTION:${address(account)}`];
  await open(page, hydrated, "/agenda/week/2027-03-02");
  await organizer.put("plan.ics", ...timed("plan", "20270302T120000", "20270302T140000", "Plan", ...parties));

  const plan = event(page, "Plan");
  await expect(plan).toBeVisible(soon);
  await expect(plan).toHaveAccessibleName(/not answered/);
  await expect(plan).toHaveCSS("outline-style", "dashed");
  await plan.click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("Invited by Ada");
  await expect(dialog).toContainText("no answer yet");
  expect(await barriers(page, "dialog")).toEqual([]);

  await dialog.getByRole("button", { name: "Accept" }).click();
  await expect(page).toHaveURL(/\/agenda\/week\/2027-03-02$/);
  await expect(page.getByText("It is done, and those concerned are told.")).toBeVisible();
  await hydrated(page);
  await expect(plan).not.toHaveAccessibleName(/not answered/);
  await expect.poll(async () => (await organizer.get("plan.ics")).replace(/\r\n /g, ""), soon).toContain("PARTSTAT=ACCEPTED");
  await plan.click();
  await expect(dialog.getByRole("button", { name: "Accept" })).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(plan).toHaveAccessibleName(/not answered/, soon);

  // The same on the page of the event, which has the form to change it as well.
  const href = await plan.getAttribute("href");
  await open(page, hydrated, href!);
  await expect(page.getByText("Robin: no answer yet")).toBeVisible();
  await page.getByRole("button", { name: "Decline" }).click();
  await expect(page.getByText("It is done, and those concerned are told.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Decline" })).toHaveAttribute("aria-pressed", "true");
  expect(errors).toEqual([]);
  await context.close();
});
