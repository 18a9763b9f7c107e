import type { Locator, Page } from "@playwright/test";
import { type Account, expect, test } from "./support/test.js";

/*
 * Whatever a form came to is in view, and a secret is not lost without a word.
 */

const inView = (of: Locator) =>
  of.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 52 && bottom <= innerHeight;
  });

async function create(page: Page, label: string) {
  await page.goto("/settings");
  await page.getByLabel("New app password for").fill(label);
  await page.getByRole("button", { name: "Create" }).click();
}

const secret = (page: Page) => page.getByLabel("App password", { exact: true });

for (const javaScriptEnabled of [true, false]) {
  for (const viewport of [{ width: 1280, height: 720 }, { width: 390, height: 844 }]) {
    test.describe(`${viewport.width} px wide, ${javaScriptEnabled ? "with" : "without"} scripts`, () => {
      test.use({ javaScriptEnabled, viewport });

      test("a new app password is in view and in focus, once", async ({ page, account }) => {
        await create(page, "Phone");
        await expect(secret(page)).toBeFocused();
        await expect(secret(page)).toHaveAccessibleDescription("Copy the new app password now. It is not shown again.");
        expect(await inView(secret(page)), account.name).toBe(true);
        await page.reload();
        await expect(secret(page)).toHaveCount(0);
        const gone = page.getByText("was shown once and cannot be shown again");
        await expect(gone).toBeVisible();
        expect(await inView(gone)).toBe(true);
        // Nothing was made by loading it again.
        await expect(page.getByRole("list", { name: "App passwords" }).getByRole("listitem")).toHaveCount(1);
        await page.goto("/settings");
        await expect(gone).toHaveCount(0);
      });

      test("every other outcome is in view and in focus", async ({ page, account }) => {
        const said = async (text: string) => {
          const outcome = page.locator("#outcome");
          await expect(outcome).toContainText(text);
          await expect(outcome).toBeFocused();
          expect(await inView(outcome), text).toBe(true);
        };
        await page.goto("/settings");
        await page.getByLabel("Current password").fill("not that one");
        await page.getByLabel("New password").fill("a long sentence");
        await page.getByLabel("The same again").fill("a long sentence");
        await page.getByRole("button", { name: "Change password" }).click();
        await said("The current password is wrong.");
        await page.getByLabel("Time zone").fill("Atlantis");
        await page.getByRole("button", { name: "Save", exact: true }).click();
        await said("Choose a time zone");
        await page.getByLabel("Time zone").fill("Zürich");
        await page.getByRole("button", { name: "Save", exact: true }).click();
        await said("Saved.");
        await expect(page.getByLabel("Time zone"), account.name).toHaveValue("Europe/Zurich");
      });

      test("revoking asks first", async ({ page, account, server }) => {
        await create(page, "Phone");
        const password = await secret(page).inputValue();
        const works = async (of: Account) => {
          const authorization = `Basic ${Buffer.from(`${of.name}:${password}`).toString("base64")}`;
          const url = `${server.url}/api/v1.0/caldav/`;
          return (await fetch(url, { method: "PROPFIND", headers: { depth: "0", authorization } })).status === 207;
        };
        await page.goto("/settings");
        const item = page.getByRole("listitem").filter({ hasText: "Phone" });
        const revoke = item.getByRole("button", { name: "Yes, revoke Phone" });
        await expect(revoke).toBeHidden();
        await item.getByText("Revoke", { exact: true }).click();
        await expect(revoke).toBeVisible();
        await item.getByText("Keep it").click();
        await expect(revoke).toBeHidden();
        expect(await works(account)).toBe(true);
        await item.getByText("Revoke", { exact: true }).click();
        await revoke.click();
        await expect(page.locator("#outcome")).toContainText("Revoked.");
        expect(await works(account)).toBe(false);
      });
    });
  }
}

test("pages that are links and forms come without the WebAssembly", async ({ page, account }) => {
  const loaded: string[] = [];
  page.on("request", (request) => loaded.push(request.url()));
  for (const [path, status, heading] of [
    ["/calendars/new", 200, "New calendar"],
    ["/nothing/here", 404, "There is nothing here"],
    ["/agenda/week/2027-02-30", 404, "There is nothing here"],
    ["/calendars/999999", 404, undefined],
  ] as const) {
    const response = await page.goto(path);
    expect(response?.status(), `${path} for ${account.name}`).toBe(status);
    if (heading) await expect(page.locator("h1, [aria-level='1']")).toHaveText(heading);
  }
  expect(loaded.filter((url) => url.endsWith(".wasm"))).toEqual([]);
});

test("the agenda leads to a plain page and to nowhere through the server", async ({ page, account, hydrated }) => {
  void account;
  await page.goto("/agenda");
  await hydrated(page);
  await page.evaluate(() => {
    const link = document.createElement("a");
    Object.assign(link, { href: "/nothing/here", textContent: "Nowhere" });
    document.querySelector("main")!.append(link);
  });
  await page.getByRole("link", { name: "Nowhere" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "There is nothing here" })).toBeVisible();
  await page.getByRole("link", { name: "Open the agenda" }).click();
  await page.waitForURL("**/agenda/month/*");
  await hydrated(page);
});

test("a calendar of another colour is made on a page of its own", async ({ page, account }) => {
  await page.goto("/calendars/new");
  await page.getByLabel("Name").fill("Garden");
  await page.getByLabel("The other colour").fill("#123456");
  await expect(page.getByRole("radio", { name: "Another colour" })).toBeChecked();
  await page.getByRole("button", { name: "Create" }).click();
  await page.waitForURL("**/agenda/**");
  const style = await page.getByRole("checkbox", { name: /Garden/ }).evaluate((box) => getComputedStyle(box).backgroundColor);
  expect(style, account.name).toBe("rgb(18, 52, 86)");
});
