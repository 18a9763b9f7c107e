import { expect, test } from "./support/test.js";

const event = (uid: string, title: string) => [
  "BEGIN:VEVENT",
  `UID:${uid}`,
  "DTSTAMP:20260101T000000Z",
  "DTSTART;TZID=Europe/Zurich:20270301T100000",
  "DTEND;TZID=Europe/Zurich:20270301T110000",
  `SUMMARY:${title}`,
  "END:VEVENT",
];

test("a calendar is made, renamed, coloured and deleted beside the agenda", async ({ page, account, hydrated }) => {
  await account.put("a.ics", ...event("a", "Breakfast"));
  await page.goto("/agenda/week/2027-03-01");
  await hydrated(page);
  const side = page.getByRole("region", { name: "Calendars" });

  await side.getByRole("link", { name: "New calendar" }).click();
  const form = page.getByRole("dialog");
  await form.getByRole("button", { name: "Create" }).click();
  await expect(form.getByText("Give the calendar a name.")).toBeVisible();
  await form.getByLabel("Name").fill("Work");
  await form.getByRole("radio", { name: "Orange" }).check();
  await form.getByLabel("New events go here").check();
  await form.getByRole("button", { name: "Create" }).click();
  await expect(form).toBeHidden();
  await expect(side.getByRole("checkbox", { name: /Work/ })).toBeChecked();

  // New events go there now.
  await page.getByRole("link", { name: "New event", exact: true }).click();
  await expect(form.getByLabel("Calendar").locator("option:checked")).toHaveText("Work");
  await page.keyboard.press("Escape");

  await side.getByText("Work").hover();
  await side.getByRole("link", { name: "Change Work" }).click();
  await form.getByLabel("Name").fill("Office");
  await form.getByRole("radio", { name: "Teal" }).check();
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form).toBeHidden();
  await expect(side.getByRole("checkbox", { name: /Office/ })).toBeVisible();

  // The question names the calendar and what is in it.
  await side.getByRole("link", { name: "Change Personal" }).click();
  await form.getByText("Delete", { exact: true }).click();
  await expect(form.getByText("Delete “Personal” with 1 event? It goes to the bin.")).toBeVisible();
  await form.getByText("Keep it").click();
  await form.getByText("Delete", { exact: true }).click();
  await form.getByRole("button", { name: "Delete the calendar" }).click();
  await expect(form).toBeHidden();
  await expect(side.getByRole("checkbox")).toHaveCount(1);
  await expect(page.getByRole("link", { name: /^Breakfast/ })).toHaveCount(0);
  expect((await account.caldav("GET", "a.ics")).status).toBe(404);
});

test("a calendar that is hidden stays hidden in this browser", async ({ page, account, hydrated }) => {
  await account.put("a.ics", ...event("a", "Breakfast"));
  await page.goto("/agenda/week/2027-03-01");
  await hydrated(page);
  const breakfast = page.getByRole("link", { name: /^Breakfast/ });
  await expect(breakfast).toBeVisible();
  const kept = page.waitForResponse("**/fn/calendars-hide");
  await page.getByRole("checkbox", { name: /Personal/ }).uncheck();
  await expect(breakfast).toHaveCount(0);
  await kept;
  await page.reload();
  await expect(page.getByRole("checkbox", { name: /Personal/ })).not.toBeChecked();
  await expect(breakfast).toHaveCount(0);
  await hydrated(page);
  await page.getByRole("checkbox", { name: /Personal/ }).check();
  await expect(breakfast).toBeVisible();
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("calendars are hidden, made, renamed and deleted by plain forms", async ({ page, account }) => {
    await account.put("a.ics", ...event("a", "Breakfast"));
    await page.goto("/agenda/week/2027-03-01");
    await page.getByRole("checkbox", { name: /Personal/ }).uncheck();
    await page.getByRole("button", { name: "Show the chosen ones" }).click();
    await expect(page).toHaveURL(/\/agenda\/week\/2027-03-01/);
    await expect(page.getByRole("link", { name: /^Breakfast/ })).toHaveCount(0);

    await page.getByRole("link", { name: "New calendar" }).click();
    await page.getByLabel("Name").fill("   ");
    await page.getByRole("button", { name: "Create" }).click();
    await expect(page.getByText("Give the calendar a name.")).toBeVisible();
    await page.getByLabel("Name").fill("Work");
    await page.getByRole("button", { name: "Create" }).click();
    await expect(page.getByRole("checkbox", { name: /Work/ })).toBeChecked();

    await page.getByRole("link", { name: "Change Work" }).click();
    await page.getByLabel("Name").fill("Office");
    await page.getByLabel("Name").press("Enter");
    await page.getByRole("link", { name: "Change Office" }).click();
    await page.getByText("Delete", { exact: true }).click();
    await page.getByRole("button", { name: "Delete the calendar" }).click();
    await expect(page.getByRole("checkbox", { name: /Office/ })).toHaveCount(0);
    await expect(page.getByRole("checkbox")).toHaveCount(1);
  });
});
