import type { Browser, Page } from "@playwright/test";
import { barriers } from "./support/looks.js";
import type { Server } from "./support/server.js";
import { Account, expect, test, timed } from "./support/test.js";

/*
 * Calendars that are shared with people, groups and missions, each in a browser of their own.
 */

/** It takes a quarter of a second; machines that run other tests meanwhile get more. */
const soon = { timeout: 5000 };

interface Person {
  account: Account;
  page: Page;
}

/** Somebody else, in a browser of their own. */
async function somebody(browser: Browser, server: Server, options: { javaScriptEnabled?: boolean } = {}): Promise<Person> {
  const context = await browser.newContext({ baseURL: server.url, locale: "en-GB", timezoneId: "Europe/Zurich", ...options });
  const account = await Account.signUp(server, context);
  return { account, page: await context.newPage() };
}

/** The address of the shares of one's own calendar. */
async function sharingOf(page: Page): Promise<string> {
  const { calendars } = await (await page.request.get("/api/v1.0/calendars")).json();
  const own = calendars.find((calendar: { access: string; owner_kind: string }) => calendar.access === "owner" && calendar.owner_kind === "person");
  return `/calendars/${own.id}/sharing`;
}

const row = (page: Page, text: string) => page.getByRole("listitem").filter({ hasText: text });
const live = (page: Page) => expect(page.locator("[data-live]")).toHaveAttribute("data-live", "live");

async function share(page: Page, name: string, level: string, lastDay = "") {
  await page.getByLabel("Name, user name or e-mail").fill(name);
  await page.getByRole("radio", { name: new RegExp(`^${level}`) }).check();
  await page.locator("#ends").fill(lastDay);
  await page.getByRole("button", { name: "Share", exact: true }).click();
}

test("one shares, the other sees the offer at once, accepts it, has it in the agenda and leaves it", async ({ page, account, browser, server }) => {
  test.slow();
  await account.put("lunch.ics", ...timed("lunch", "20270302T120000", "20270302T130000", "Lunch"));
  await account.put("doctor.ics", ...timed("doctor", "20270302T150000", "20270302T160000", "Doctor", "CLASS:PRIVATE"));
  const ben = await somebody(browser, server);
  await ben.page.goto("/shared");
  await live(ben.page);
  await expect(ben.page.getByText("Nobody has shared a calendar with you.")).toBeVisible();

  await page.goto(await sharingOf(page));
  await expect(page.getByText("It is shared with nobody yet.")).toBeVisible();
  await share(page, ben.account.name, "Read");
  await expect(page.getByRole("status").filter({ hasText: "It is shared with Robin Doe." })).toBeVisible();
  await expect(row(page, "Robin Doe")).toContainText("has not answered yet");
  await expect(ben.page.getByRole("heading", { name: "Offered to you" })).toBeVisible(soon);
  await expect(row(ben.page, "Personal")).toContainText("From Robin Doe");
  await expect(row(ben.page, "Personal")).toContainText("of private and confidential ones only when they are");

  await ben.page.getByRole("button", { name: "Accept Personal" }).click();
  await expect(ben.page.getByText("Personal is in your calendars.")).toBeVisible();
  await expect(ben.page.getByRole("heading", { name: "In your calendars" })).toBeVisible();
  await page.reload();
  await expect(row(page, "Robin Doe")).toContainText("accepted");
  const agenda = await ben.page.context().newPage();
  await agenda.goto("/agenda/week/2027-03-02");
  await expect(agenda.getByRole("link", { name: /Lunch/ })).toBeVisible();
  await expect(agenda.getByText("Doctor")).toHaveCount(0);

  await row(ben.page, "Personal").getByText("Leave", { exact: true }).first().click();
  await ben.page.getByRole("button", { name: "Leave Personal" }).click();
  await expect(ben.page.getByRole("heading", { name: "Declined or left" })).toBeVisible();
  await page.reload();
  await expect(row(page, "Robin Doe")).toContainText("declined");
  await ben.page.getByRole("button", { name: "Accept after all Personal" }).click();
  await expect(ben.page.getByRole("heading", { name: "In your calendars" })).toBeVisible();
  await ben.page.context().close();
});

test("a share changes and is taken back, and goes from the other's page by itself", async ({ page, account, browser, server }) => {
  expect(account.name).toBeTruthy();
  const ben = await somebody(browser, server);
  await page.goto(await sharingOf(page));
  await share(page, ben.account.name, "Free or busy", "2099-12-31");
  await expect(row(page, "Robin Doe")).toContainText("Free or busy, until 31 Dec 2099");
  await ben.page.goto("/shared");
  await live(ben.page);
  await expect(row(ben.page, "Personal")).toContainText("never what it is");

  await row(page, "Robin Doe").locator("summary", { hasText: "Change" }).click();
  await row(page, "Robin Doe").getByLabel("What they may do").selectOption("Administer");
  await row(page, "Robin Doe").getByLabel("Last day").fill("2020-01-01");
  await row(page, "Robin Doe").getByRole("button", { name: "Save" }).click();
  await expect(row(page, "Robin Doe").getByText("Choose a time to come.")).toBeVisible();
  await expect(row(page, "Robin Doe").getByLabel("What they may do")).toHaveValue("administer");
  await row(page, "Robin Doe").getByLabel("Last day").fill("");
  await row(page, "Robin Doe").getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Changed for Robin Doe.")).toBeVisible();
  await expect(row(ben.page, "Personal")).toContainText("shares the calendar with others", soon);
  // Who administers it comes to its shares.
  const sharing = await ben.page.context().newPage();
  await sharing.goto(new URL(page.url()).pathname);
  await expect(sharing.getByRole("heading", { name: "Sharing of Personal" })).toBeVisible();
  await live(sharing);

  await row(page, "Robin Doe").locator("summary", { hasText: "Take back" }).click();
  await row(page, "Robin Doe").getByRole("button", { name: "Take back Robin Doe" }).click();
  await expect(page.getByText("It is shared with nobody yet.")).toBeVisible();
  await expect(ben.page.getByText("Nobody has shared a calendar with you.")).toBeVisible(soon);
  await expect(sharing.getByText("The calendar was not found.")).toBeVisible(soon);
  await ben.page.context().close();
});

test("what somebody fills in is not taken away by what others do", async ({ page, account, browser, server }) => {
  expect(account.name).toBeTruthy();
  const [ben, cleo] = [await somebody(browser, server), await somebody(browser, server)];
  const sharing = await sharingOf(page);
  await page.goto(sharing);
  await share(page, ben.account.name, "Read");
  await expect(row(page, "Robin Doe")).toHaveCount(1);
  await live(page);
  await row(page, "Robin Doe").locator("summary", { hasText: "Change" }).click();
  await row(page, "Robin Doe").getByLabel("Last day").fill("2099-12-31");
  await page.getByLabel("Name, user name or e-mail").fill("half a na");
  const other = await page.context().newPage();
  await other.goto(sharing);
  await share(other, cleo.account.name, "Read");
  await expect(row(other, "Robin Doe")).toHaveCount(2);
  // The page has the news by now, and shows it once the form is closed.
  await page.waitForTimeout(1000);
  await expect(row(page, "Robin Doe").getByLabel("Last day")).toHaveValue("2099-12-31");
  await expect(page.getByLabel("Name, user name or e-mail")).toHaveValue("half a na");
  await ben.page.context().close();
  await cleo.page.context().close();
});

test("a mission has three members, their calendar and an end", async ({ page, account, browser, server }) => {
  test.slow();
  const [ben, cleo] = [await somebody(browser, server), await somebody(browser, server)];
  await cleo.page.goto("/groups");
  await live(cleo.page);
  await page.goto("/groups");
  await page.getByRole("radio", { name: "Group" }).check();
  await expect(page.getByLabel("First day")).toBeHidden();
  await page.getByRole("radio", { name: "Mission" }).check();
  await page.getByLabel("Name", { exact: true }).fill(`Apollo of ${account.name}`);
  await page.getByLabel("First day").fill("2027-03-01");
  await page.getByLabel("Last day").fill("2027-02-01");
  await page.getByRole("button", { name: "Create" }).click();
  await expect(page.getByText("The end is before the start.")).toBeVisible();
  await page.getByLabel("Last day").fill("2099-04-01");
  await page.getByRole("button", { name: "Create" }).click();
  await expect(page.getByText("1 Mar 2027 – 1 Apr 2099")).toBeVisible();

  for (const [{ account }, role] of [[ben, "Member"], [cleo, "Guest"]] as const) {
    await page.getByLabel("Name, user name or e-mail").fill(account.name);
    await page.getByRole("radio", { name: new RegExp(`^${role}`) }).check();
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await expect(page.getByText("Robin Doe belongs to it.")).toBeVisible();
  }
  await expect(page.locator("[aria-labelledby=members] > li")).toHaveCount(3);
  await expect(cleo.page.getByRole("link", { name: `Apollo of ${account.name}` })).toBeVisible(soon);
  await cleo.page.getByRole("link", { name: `Apollo of ${account.name}` }).click();
  await live(cleo.page);
  await page.getByLabel("Name of the calendar").fill("Flight plan");
  await page.getByRole("button", { name: "New calendar" }).click();
  await expect(page.getByRole("link", { name: "Flight plan", exact: true })).toBeVisible();
  await expect(cleo.page.getByRole("link", { name: "Flight plan", exact: true })).toBeVisible(soon);
  await expect(cleo.page.getByRole("button", { name: "Add", exact: true })).toHaveCount(0);
  const access = async (who: Person) => {
    const { calendars } = await (await who.page.request.get("/api/v1.0/calendars")).json();
    return calendars.find(({ name }: { name: string }) => name === "Flight plan")?.access;
  };
  expect([await access(ben), await access(cleo)]).toEqual(["write", "read"]);

  // It ends: whoever does not manage it only reads.
  await page.getByLabel("First day").fill("2026-01-01");
  await page.getByLabel("Last day").fill("2026-02-01");
  await page.getByRole("button", { name: "Save" }).last().click();
  await expect(page.getByText("over", { exact: true })).toBeVisible();
  expect(await access(ben)).toBe("read");

  await row(cleo.page, "you").locator("summary", { hasText: "Leave" }).click();
  await cleo.page.getByRole("button", { name: "Leave Robin Doe" }).click();
  await expect(cleo.page.getByText("You do not belong to any yet.")).toBeVisible();
  expect(await access(cleo)).toBeUndefined();
  await expect(page.locator("[aria-labelledby=members] > li")).toHaveCount(2, soon);
  await page.getByText("Delete it", { exact: true }).click();
  await page.getByRole("button", { name: "Delete for good" }).click();
  await expect(page.getByText("It still has calendars")).toBeVisible();
  await ben.page.context().close();
  await cleo.page.context().close();
});

test("of several who are called so one is chosen", async ({ page, account, browser, server }) => {
  expect(account.name).toBeTruthy();
  const ben = await somebody(browser, server);
  await somebody(browser, server);
  await page.goto(await sharingOf(page));
  await share(page, "Robin", "Write");
  await expect(page.getByText("Whom do you mean?")).toBeVisible();
  await expect(page.getByRole("radio", { name: /^Write/ })).toBeChecked();
  const choices = page.getByRole("group", { name: "Whom do you mean?" }).getByRole("radio");
  await choices.first().check();
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await expect(row(page, "Robin Doe")).toContainText("Write");
  await share(page, "nobody-at-all", "Read");
  await expect(page.getByText("Nobody has this name here.")).toBeVisible();
  await expect(page.getByLabel("Name, user name or e-mail")).toHaveValue("nobody-at-all");
  await ben.page.context().close();
});

test("nothing on these pages keeps people out or is cut off", async ({ page, account, browser, server }) => {
  test.slow();
  const ben = await somebody(browser, server);
  await ben.page.goto(await sharingOf(ben.page));
  await share(ben.page, account.name, "Administer");
  const sharing = await sharingOf(page);
  await page.goto(sharing);
  await share(page, ben.account.name, "Write", "2099-12-31");
  // Whoever shares with everyone is seen by the tests that follow: it is chosen here, and not sent.
  await page.getByLabel("With", { exact: true }).selectOption("everyone");
  await expect(page.getByLabel("Name, user name or e-mail")).toBeHidden();
  await page.goto("/groups");
  await page.getByLabel("Name", { exact: true }).fill("A group with a name that is quite long for a telephone");
  await page.getByRole("button", { name: "Create" }).click();
  const team = new URL(page.url()).pathname;
  await page.getByLabel("Name of the calendar").fill("Rehearsals");
  await page.getByRole("button", { name: "New calendar" }).click();
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 844 });
    for (const path of [sharing, "/shared", "/groups", team]) {
      await page.goto(path);
      for (const summary of ["Take back", "Leave", "Change"]) {
        const opener = page.locator("summary", { hasText: summary }).first();
        if (await opener.count()) await opener.click();
        expect(await page.evaluate(() => document.documentElement.scrollWidth), `${path} ${summary}`).toBeLessThanOrEqual(width);
      }
      // What is in it is the same on a phone.
      if (width === 1280) expect(await barriers(page), path).toEqual([]);
      await expect(page.locator("h1"), path).toHaveCount(1);
    }
  }
  await ben.page.context().close();
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("everything is a form", async ({ page, account, browser, server }) => {
    test.slow();
    const ben = await somebody(browser, server, { javaScriptEnabled: false });
    await page.goto("/settings");
    await page.getByRole("link", { name: "Groups and missions" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Choir");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByLabel("Name, user name or e-mail").fill(ben.account.name);
    await page.getByRole("button", { name: "Add", exact: true }).click();
    expect(account.name).toBeTruthy();
    const member = page.locator("[aria-labelledby=members] > li").last();
    await member.locator("summary", { hasText: "Change" }).click();
    await member.getByLabel("Role").selectOption("Guest");
    await member.getByRole("button", { name: "Save" }).click();
    await expect(member).toContainText("Reads its calendars.");
    await page.getByLabel("Name of the calendar").fill("Rehearsals");
    await page.getByRole("button", { name: "New calendar" }).click();
    await page.getByRole("link", { name: "Sharing Rehearsals" }).click();
    await expect(page.getByRole("heading", { name: "Sharing of Rehearsals" })).toBeVisible();

    await page.goto(await sharingOf(page));
    await share(page, ben.account.name, "Write");
    await page.getByLabel("With", { exact: true }).selectOption({ label: "Choir · Group" });
    await page.getByRole("radio", { name: /^Read/ }).check();
    await page.getByRole("button", { name: "Share", exact: true }).click();
    await expect(row(page, "Choir")).toContainText("Read");
    await ben.page.goto("/settings");
    await ben.page.getByRole("link", { name: "Shared with you" }).click();
    await ben.page.getByRole("button", { name: "Decline Personal" }).click();
    await ben.page.getByRole("button", { name: "Accept after all Personal" }).click();
    await row(ben.page, "Rehearsals").locator("summary", { hasText: "Leave" }).click();
    await ben.page.getByRole("button", { name: "Leave Rehearsals" }).click();
    await expect(ben.page.getByText("Rehearsals is not in your calendars.")).toBeVisible();
    await row(page, "Choir").locator("summary", { hasText: "Take back" }).click();
    await page.getByRole("button", { name: "Take back Choir" }).click();
    await expect(page.getByText("It is no longer shared with Choir.")).toBeVisible();
    await ben.page.context().close();
  });
});
