import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { barriers, picture } from "./support/looks.js";
import { expect, test, timed } from "./support/test.js";

/*
 * Somebody follows a calendar that others publish, and the holidays of where they live.
 */

test.use({ serverOptions: ["--private-hosts", "127.0.0.1"] });

/** A server that publishes what `file` yields. */
async function publisher(file: () => string): Promise<{ http: HttpServer; address: string }> {
  const http = createServer((_, answer) => answer.end(file()));
  await new Promise<void>((listens) => http.listen(0, "127.0.0.1", listens));
  return { http, address: `webcal://127.0.0.1:${(http.address() as AddressInfo).port}/secret/bins.ics` };
}

/** A calendar file of one event. */
const bins = (title: string) =>
  [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Tests//EN",
    "X-WR-CALNAME:Bins",
    ...timed("bins", "20260302T100000", "20260302T110000", title),
    "END:VCALENDAR",
    "",
  ].join("\r\n");

test("a calendar is followed by its address, looked at again, and left", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  let title = "Glass";
  const { http, address } = await publisher(() => bins(title));
  try {
    await page.goto("/settings");
    await page.getByRole("link", { name: "Calendars that you follow" }).click();
    expect(await barriers(page), "before").toEqual([]);
    await page.getByLabel("Address").fill(address);
    await page.getByRole("button", { name: "Follow", exact: true }).click();
    await expect(page.locator(".notice--success")).toContainText("You follow it now");
    await expect(page.getByText(/^As it was there/)).toBeVisible();
    expect(await barriers(page), "after").toEqual([]);
    await picture(page, "subscriptions");
    const event = page.locator("[data-event]");
    await page.goto("/agenda/week/2026-03-02");
    await expect(event).toHaveAttribute("aria-label", /Glass/);

    title = "Paper";
    await page.goto("/settings/subscriptions");
    await page.getByRole("button", { name: "Look now for what is new in Bins" }).click();
    await expect(async () => {
      await page.goto("/agenda/week/2026-03-02");
      await expect(event).toHaveAttribute("aria-label", /Paper/, { timeout: 1000 });
    }).toPass();

    await page.goto("/settings/subscriptions");
    await page.getByRole("button", { name: "Stop following Bins" }).click();
    await expect(page.locator(".notice--success")).toContainText("You follow it no more");
    await expect(page.getByText("At 127.0.0.1")).toHaveCount(0);
  } finally {
    http.close();
  }
});

test("a file is followed, and another version of it is brought", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  const file = (title: string) => ({
    name: "bins.ics",
    mimeType: "text/calendar",
    buffer: Buffer.from(bins(title)),
  });
  await page.goto("/settings/subscriptions");
  await page.getByLabel("Calendar file (.ics)").setInputFiles({ name: "a.ics", mimeType: "text/calendar", buffer: Buffer.from("Dear Ada") });
  await page.getByRole("button", { name: "Follow this file" }).click();
  await expect(page.getByText("the file is no calendar")).toBeVisible();
  await page.getByLabel("Calendar file (.ics)").setInputFiles(file("Glass"));
  await page.getByRole("button", { name: "Follow this file" }).click();
  await expect(page.getByText("From the file bins.ics")).toBeVisible();
  await expect(page.getByText(/^As it was there/)).toBeVisible();
  expect(await barriers(page), "a file").toEqual([]);
  await picture(page, "file");
  await page.locator('input[type="file"][aria-label="New version of Bins"]').setInputFiles(file("Paper"));
  await page.getByRole("button", { name: "Bring the new version Bins" }).click();
  await expect(page.locator(".notice--success")).toContainText("The new version is being compared");
  await page.getByRole("link", { name: "What changed in Bins" }).click();
  await expect(page.getByText("Changed here")).toBeVisible({ timeout: 20_000 });
  await page.goto("/agenda/week/2026-03-02");
  await expect(page.locator("[data-event]")).toHaveAttribute("aria-label", /Paper/);
});

test("the holidays of a region are there without asking anybody", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  await page.goto("/settings/subscriptions");
  await page.getByLabel("Country").selectOption({ label: "Switzerland" });
  await page.getByRole("button", { name: "Choose" }).click();
  await page.getByLabel("Region").selectOption({ label: "Zürich" });
  await page.getByLabel("Language").selectOption({ label: "Deutsch" });
  expect(await barriers(page), "the choice").toEqual([]);
  await picture(page, "holidays");
  await page.getByRole("button", { name: "Add the holidays" }).click();
  await expect(page.getByText(/^As it was there/)).toBeVisible();
  await page.goto("/agenda/week/2026-07-27");
  await expect(page.locator("[data-event]")).toHaveAttribute("aria-label", /Nationalfeiertag/);
});
