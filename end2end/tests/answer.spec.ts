import { barriers, beside, picture } from "./support/looks.js";
import { Smtp } from "./support/mail.js";
import { Server } from "./support/server.js";
import { Account, expect, test, timed } from "./support/test.js";

/*
 * Somebody without an account answers the invitation that came by mail, in a browser without scripts.
 */

test("an invitation by mail is answered on the page that it leads to", async ({ browser }) => {
  const mailbox = await Smtp.start();
  const server = await Server.start("--smtp-url", mailbox.url, "--mail-from", "Kalends <kalends@example.org>");
  const own = await browser.newContext({ baseURL: server.url });
  const organizer = await Account.signUp(server, own, "--email", "robin@example.org");
  const parties = ["ORGANIZER;CN=Robin Doe:mailto:robin@example.org", "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:zoe@example.net"];
  await organizer.put("plan.ics", ...timed("plan", "20300305T120000", "20300305T130000", "Plan", ...parties));
  await expect.poll(() => mailbox.messages.length, { timeout: 15_000 }).toBe(1);
  const mail = mailbox.messages[0].text.replace(/=\n/g, "").replace(/=3D/g, "=");
  const link = mail.match(/http:\/\/\S+\/answer\/[\w-]+\?say=yes/)?.[0];
  expect(link, mail).toBeTruthy();

  const phone = await browser.newContext({ viewport: { width: 360, height: 740 } });
  const there = await phone.newPage();
  await there.goto(link!);
  await expect(there.getByRole("heading", { name: "Invitation: Plan" })).toBeVisible();
  expect(await there.evaluate(() => document.scripts.length)).toBe(0);
  expect(await barriers(there)).toEqual([]);
  expect(await beside(there)).toBeLessThanOrEqual(0);
  expect(await phone.cookies()).toEqual([]);
  await picture(there, "answer");
  await phone.close();

  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(link!);
  await expect(page.getByText("Your answer so far: no answer yet.")).toBeVisible();
  await page.getByLabel("A word with it").first().fill("Gladly");
  await page.getByRole("button", { name: "Yes" }).click();
  await expect(page.getByRole("status")).toContainText("It is noted, and Robin Doe sees it.");
  await expect(page.getByRole("button", { name: "Yes" })).toHaveAttribute("aria-pressed", "true");
  const text = async () => (await organizer.get("plan.ics")).replace(/\r\n /g, "");
  expect(await text()).toContain("PARTSTAT=ACCEPTED");
  await page.getByText("Propose another time").click();
  await page.getByLabel("Begins").fill("2030-03-06T15:00");
  await page.getByLabel("Ends").fill("2030-03-06T16:00");
  await page.getByRole("button", { name: "Propose this time" }).click();
  await expect(page.getByRole("status")).toContainText("Robin Doe has your proposal");

  // The organizer sees both, and takes the time.
  const mine = await own.newPage();
  const details = await own.request.get("/api/v1.0/calendars");
  expect(details.ok()).toBe(true);
  await mine.goto("/agenda/week/2030-03-05");
  await mine.getByRole("link", { name: /Plan/ }).first().click();
  await mine.getByRole("link", { name: "Guests" }).first().click();
  await expect(mine.getByText("zoe@example.net: Wednesday, 6 March 2030, 15:00 – 16:00")).toBeVisible();
  await expect(mine.getByText(/sent by mail, .*answer: accepted/)).toBeVisible();
  await mine.getByRole("button", { name: "Take it" }).click();
  await expect.poll(text).toContain("DTSTART;TZID=Europe/Zurich:20300306T150000");
  await Promise.all([context.close(), own.close()]);
  await server.stop();
  await mailbox.stop();
});
