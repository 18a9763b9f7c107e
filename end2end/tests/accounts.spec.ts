import type { Page } from "@playwright/test";
import { event, open } from "./support/agenda.js";
import { Gate } from "./support/gate.js";
import { barriers, beside, picture } from "./support/looks.js";
import { Radicale } from "./support/radicale.js";
import { expect, test, timed } from "./support/test.js";

/*
 * An account at another service is added, its calendar kept in step, it breaks, is mended and removed. The service is Radicale, behind a way
 * on which it can be slow.
 */

test.use({ serverOptions: ["--private-hosts", "127.0.0.1"] });

async function accessible(page: Page, what: string) {
  expect(await barriers(page), what).toEqual([]);
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 844 });
    expect(await beside(page), `${what} ${width}`).toBeLessThanOrEqual(0);
    await picture(page, `${what}-${width}`);
  }
}

test.setTimeout(300_000);

/** More events than are asked for at once. */
const MANY = 110;
/** A run begins by itself so long after the last one at most, where that was chosen, and takes a while. */
const MINUTE = { timeout: 75_000 };

test("an account is added, breaks, is mended and removed", async ({ page, account, context, hydrated }) => {
  const radicale = await Radicale.start("correct-horse-1");
  const gate = await Gate.before(radicale.url);
  try {
    const many = Array.from({ length: MANY }, (_, number) => `m${number}`);
    await radicale.fill(...many.flatMap((uid) => timed(uid, "20280301T100000", "20280301T110000", uid)));
    await radicale.put("a.ics", ...timed("a", "20270301T100000", "20270301T110000", "Choir"));
    await radicale.put("b.ics", ...timed("b", "20270302T100000", "20270302T110000", "Dentist"));
    await radicale.put("c.ics", ...timed("c", "20270303T100000", "20270303T110000", "Evening"));
    expect(account.name).not.toBe("ada");
    await page.goto("/settings");
    await page.getByRole("link", { name: "Accounts" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Accounts" })).toBeVisible();
    await accessible(page, "accounts-none");
    await page.getByRole("link", { name: "Add an account at iCloud" }).click();
    await expect(page.getByLabel("App password")).toBeVisible();
    await expect(page.getByLabel("Where the calendars are")).toHaveCount(0);
    await accessible(page, "accounts-icloud");
    await page.getByRole("link", { name: "All accounts" }).click();
    await page.getByRole("link", { name: "Add an account at another server" }).click();

    // What is wrong is said at the field, and what was typed is still there; the password is not.
    const add = async (password: string) => {
      await page.getByLabel("User name there").fill("ada");
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Look for calendars" }).click();
    };
    await page.getByLabel("Where the calendars are").fill(gate.url);
    await add("wrong-1");
    await expect(page.getByLabel("Password")).toHaveAttribute("aria-invalid", "true");
    await expect(page.getByText("The service does not take this name and password.")).toBeVisible();
    await expect(page.getByLabel("Where the calendars are")).toHaveValue(gate.url);
    await expect(page.getByLabel("Password")).toHaveValue("");
    await accessible(page, "accounts-refused");
    await add("correct-horse-1");
    await expect(page.getByText("The service let you in.")).toBeVisible();
    await expect(page.getByRole("listitem").filter({ hasText: "Work" })).toContainText("You can change it.");
    await accessible(page, "accounts-calendars");

    // What would happen is said first; then it does, and the page says how far it is, also when it is opened anew.
    await page.getByLabel("How often", { exact: true }).selectOption({ label: "Every minute" });
    await page.getByRole("button", { name: "What would happen?" }).click();
    await expect(page.getByRole("heading", { name: "What would happen with “Work”" })).toBeVisible();
    await expect(page.getByText(`${MANY + 3} added here`)).toBeVisible();
    await accessible(page, "sync-preview");
    let batches = 0;
    const held = gate.hold((method, body) => method === "REPORT" && body.includes("calendar-multiget") && ++batches > 1);
    await page.getByRole("button", { name: "Start" }).click();
    await held.came;
    const progress = page.getByText(`100 of ${MANY + 3} events are done.`);
    await expect(progress).toBeVisible();
    await expect(page.getByRole("progressbar")).toHaveAttribute("value", "100");
    await page.reload();
    await expect(progress).toBeVisible();
    await accessible(page, "sync-progress");
    held.release();
    await expect(page.getByText(/^In step as of/)).toBeVisible({ timeout: 20_000 });

    // Somebody moves an event at Radicale: it moves in an agenda that is open, by itself. Its list says how the calendar is.
    const link = page.url();
    const agenda = await context.newPage();
    await open(agenda, hydrated, new URL("/agenda/week/2027-03-01", link).href);
    await expect(event(agenda, "Choir, 10:00 to 11:00")).toBeVisible();
    const state = agenda.getByRole("link", { name: /^Work: / });
    await expect(state).toHaveText(/^In step as of \d+:\d+\.$/);
    await expect(state).toHaveAttribute("href", new URL(link).pathname);
    await picture(agenda, "sync-sidebar");
    await radicale.move("a", "2027-03-01T14:00", "2027-03-01T15:00");
    await page.reload();
    await expect(page.getByText(`${MANY + 3} added here`)).toBeVisible();
    await accessible(page, "sync-link");
    await expect(event(agenda, "Choir, 14:00 to 15:00")).toBeVisible(MINUTE);
    await expect(page.getByText("Changed here")).toBeVisible({ timeout: 20_000 });
    await page.reload();
    await page.getByRole("region", { name: "Last runs" }).getByRole("link").first().click();
    await expect(page.getByRole("cell", { name: "Choir" })).toBeVisible();
    await accessible(page, "sync-receipt");

    // It is taken back, and says how far that is.
    await page.locator("summary", { hasText: "Take this back" }).click();
    await page.getByRole("button", { name: /^Take this back/ }).click();
    await expect(page.getByText("It is taken back: 1 here, 0 there.")).toBeVisible({ timeout: 20_000 });
    await expect(event(agenda, "Choir, 10:00 to 11:00")).toBeVisible({ timeout: 5000 });
    await accessible(page, "sync-back");
    await page.goto(link);
    await page.getByRole("button", { name: "Resume" }).click();
    await expect(page.getByText(/^In step as of/)).toBeVisible({ timeout: 20_000 });

    await page.goto(link);
    await page.getByRole("link", { name: "Back to ada" }).click();
    await expect(page.getByText("Works", { exact: true })).toBeVisible();
    await accessible(page, "accounts-works");
    // The password is another there: the list beside the agenda says so, and what to do. Its button has the calendar looked at now.
    radicale.changePassword("correct-horse-2");
    await agenda.getByRole("button", { name: "Sync now: Work" }).click();
    await hydrated(agenda);
    await expect(agenda).toHaveURL(/\/agenda\/week\/2027-03-01$/);
    const attention = "Needs attention: The service does not let Kalends in any more. The page of the account says what to do.";
    await expect(state).toHaveText(attention, { timeout: 20_000 });
    await expect(state).toHaveAccessibleName(new RegExp(`^Work: ${attention} `));
    expect(await barriers(agenda)).toEqual([]);
    await picture(agenda, "sync-sidebar-attention");
    await page.reload();
    await expect(page.getByText("Needs your password")).toBeVisible();
    await accessible(page, "accounts-broken");
    await page.goto("/settings/accounts");
    await expect(page.getByRole("listitem").filter({ hasText: "ada" })).toContainText("Needs your password");
    await accessible(page, "accounts-list");
    await page.getByRole("link", { name: "ada", exact: true }).click();
    await expect(page.getByRole("region", { name: "Calendars in step" })).toContainText("Work");
    await page.getByRole("textbox", { name: "Password" }).fill("correct-horse-2");
    await page.getByRole("button", { name: "Use this password" }).click();
    await expect(page.getByText("The service takes it.")).toBeVisible();
    await expect(page.getByText("Works", { exact: true })).toBeVisible();

    await expect(state).toHaveText(/^In step as of/, { timeout: 20_000 });

    // What removing does is said first; deleting at the service takes the account's name.
    await page.getByLabel("Work", { exact: true }).selectOption({ label: "Move it to the bin here, and delete what is in it there" });
    await page.getByRole("button", { name: "What will happen?" }).click();
    await expect(page.getByText(`There, in “Work”, ${MANY + 3} events are deleted.`)).toBeVisible();
    await accessible(page, "accounts-removal");
    await page.getByLabel("Type ada to confirm").fill("eve");
    await page.getByRole("button", { name: "Remove ada" }).click();
    await expect(page.getByText("That is not the name.")).toBeVisible();
    await page.getByLabel("Type ada to confirm").fill("ada");
    await page.getByRole("button", { name: "Remove ada" }).click();
    await expect(page.getByText("ada is being removed.")).toBeVisible();
    // The list follows by itself when the account has gone.
    await expect(() => accessible(page, "accounts-removing")).toPass({ timeout: 20_000 });
    await expect(async () => expect(await radicale.names()).toEqual([])).toPass({ timeout: 30_000 });
    await page.goto("/settings/accounts");
    await expect(event(agenda, "Choir")).toHaveCount(0, { timeout: 5000 });
    await expect(page.getByRole("heading", { name: "Your accounts" })).toHaveCount(0);
  } finally {
    await gate.stop();
    await radicale.stop();
  }
});
