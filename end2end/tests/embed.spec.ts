import type { Page } from "@playwright/test";
import { barriers } from "./support/looks.js";
import { expect, test } from "./support/test.js";

/*
 * The page in the settings that shows how a public link looks in other sites, and has the code for it.
 */

const soon = { timeout: 5000 };

function inHours(uid: string, hours: number, summary: string, ...more: string[]): string[] {
  const at = (time: number) => new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");
  const start = Date.now() + hours * 3600_000;
  return ["BEGIN:VEVENT", `UID:${uid}`, "DTSTAMP:20260101T000000Z", `DTSTART:${at(start)}`, `DTEND:${at(start + 3600_000)}`, `SUMMARY:${summary}`, ...more, "END:VEVENT"];
}

/** Makes a link by the form, and yields the address of its page. */
async function makeLink(page: Page, name: string): Promise<string> {
  const { calendars } = await (await page.request.get("/api/v1.0/calendars")).json();
  await page.goto(`/calendars/${calendars[0].id}/sharing`);
  await page.getByText("New public link").click();
  await page.getByLabel("Name, for everybody to see").fill(name);
  await page.getByRole("button", { name: "Make the link" }).click();
  return page.getByLabel("Page", { exact: true }).inputValue();
}

test("the settings show what a link looks like in other sites as it changes, and have the code for it", async ({ page, account }) => {
  test.slow();
  await page.goto("/settings");
  await page.getByRole("link", { name: "Embed events" }).click();
  await expect(page.getByText("You have no public links yet.")).toBeVisible();

  await account.put("one.ics", ...inHours("one", 2, "Rehearsal"));
  await account.put("doctor.ics", ...inHours("doctor", 3, "Doctor", "CLASS:PRIVATE"));
  const address = await makeLink(page, "Choir & friends");
  const errors: string[] = [];
  page.on("console", (message) => message.type() === "error" && /fram|sandbox/.test(message.text()) && errors.push(message.text()));
  await page.goto("/settings/embed");
  const frame = page.frameLocator("iframe");
  await expect(frame.getByRole("heading", { name: "Choir & friends" })).toBeVisible();
  await expect(frame.getByText("Rehearsal")).toBeVisible();
  await expect(frame.getByText("Doctor")).toHaveCount(0);
  await account.put("two.ics", ...inHours("two", 4, "Concert"));
  await expect(frame.getByText("Concert")).toBeVisible(soon);
  await expect(page.getByRole("textbox", { name: "Code", exact: true })).toHaveValue(/\/embed\/ADDRESS"/);

  await page.getByLabel("Layout").selectOption("A month");
  await page.getByLabel("Language").selectOption("de-CH");
  await page.getByLabel("Colours").selectOption("Dark");
  await page.getByLabel("Address of the link").fill(address);
  await page.getByRole("button", { name: "Show" }).click();
  await expect(frame.locator("html")).toHaveAttribute("data-theme", "dark");
  await frame.getByRole("link", { name: "Later" }).click();
  await expect(frame.getByRole("link", { name: "Earlier" })).toBeVisible();
  const code = await page.getByRole("textbox", { name: "Code", exact: true }).inputValue();
  expect(code).toContain(`src="${address.replace("/public/", "/embed/")}" limit="7" layout="month" lang="de-CH" theme="dark"`);
  expect(code).toContain(">Choir &amp; friends</a>");
  const iframe = await page.getByRole("textbox", { name: "Code of a frame", exact: true }).inputValue();
  expect(iframe).toContain(`${address.replace("/public/", "/embed/")}?layout=month&amp;limit=7&amp;lang=de-CH&amp;theme=dark`);
  expect(errors).toEqual([]);

  await page.getByLabel("Address of the link").fill("https://elsewhere.example/public/x");
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page.getByText("This is no address of a public link here.")).toBeVisible();
});

test("nothing of it keeps people out, and all fits a phone", async ({ page, account }) => {
  test.slow();
  await account.put("one.ics", ...inHours("one", 2, "Rehearsal"));
  await makeLink(page, "Choir");
  await page.setViewportSize({ width: 360, height: 780 });
  await page.goto("/settings/embed");
  await expect(page.frameLocator("iframe").getByText("Rehearsal")).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  expect(await barriers(page)).toEqual([]);
});
