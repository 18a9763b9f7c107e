import type { Browser, Page } from "@playwright/test";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { barriers, picture } from "./support/looks.js";
import { expect, test, timed } from "./support/test.js";

/*
 * Public links: pages that need no account, and events in the page of another site.
 */

const soon = { timeout: 5000 };

/** The other site: a page at an address of its own. */
class Site {
  private constructor(
    private readonly server: HttpServer,
    readonly url: string,
  ) {}

  static async with(html: () => string, policy?: string): Promise<Site> {
    const server = createServer((_, response) => {
      response.setHeader("content-type", "text/html; charset=utf-8");
      if (policy) response.setHeader("content-security-policy", policy);
      response.end(`<!doctype html><html lang="en"><head><title>Choir</title><meta name="viewport" content="width=device-width">${html()}</html>`);
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    // Another name, so that it is another site as well as another origin.
    return new Site(server, `http://localhost:${(server.address() as AddressInfo).port}/`);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** The lines of an event that begins so many hours from now. */
function inHours(uid: string, hours: number, summary: string, ...more: string[]): string[] {
  const at = (time: number) => new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");
  const start = Date.now() + hours * 3600_000;
  return ["BEGIN:VEVENT", `UID:${uid}`, "DTSTAMP:20260101T000000Z", `DTSTART:${at(start)}`, `DTEND:${at(start + 3600_000)}`, `SUMMARY:${summary}`, ...more, "END:VEVENT"];
}

async function sharingOf(page: Page): Promise<string> {
  const { calendars } = await (await page.request.get("/api/v1.0/calendars")).json();
  return `/calendars/${calendars[0].id}/sharing`;
}

/** Makes a link by the form, and yields its token. */
async function makeLink(page: Page, name: string): Promise<string> {
  await page.goto(await sharingOf(page));
  await page.getByText("New public link").click();
  await page.getByLabel("Name, for everybody to see").fill(name);
  await page.getByRole("button", { name: "Make the link" }).click();
  const address = await page.getByLabel("Page", { exact: true }).inputValue();
  return address.split("/").pop()!;
}

/** A page without any session, on a screen of this width. */
async function stranger(browser: Browser, url: string, options: { javaScriptEnabled?: boolean; width?: number } = {}): Promise<Page> {
  const { width = 1280, ...rest } = options;
  const context = await browser.newContext({ baseURL: url, locale: "en-GB", viewport: { width, height: 844 }, ...rest });
  return context.newPage();
}

test("a public page shows a month, a week and a list to whoever has its address, and goes when it is revoked", async ({ page, account, browser, server }) => {
  test.slow();
  await account.put("open.ics", ...timed("open", "20270310T180000", "20270310T200000", "Open rehearsal", "LOCATION:Town hall"));
  await account.put("doctor.ics", ...timed("doctor", "20270311T150000", "20270311T160000", "Doctor", "CLASS:PRIVATE"));
  const token = await makeLink(page, "Choir of the town");
  await page.reload();
  await expect(page.getByText(/^Opened (once|\d+ times)/)).toBeVisible();
  await expect(page.locator("body")).not.toContainText(token);

  const visitor = await stranger(browser, server.url, { javaScriptEnabled: false });
  await visitor.goto(`/public/${token}?date=2027-03-01`);
  await expect(visitor.getByRole("heading", { name: "Choir of the town" })).toBeVisible();
  await expect(visitor.getByRole("heading", { name: "March 2027" })).toBeVisible();
  await expect(visitor.getByText("Open rehearsal")).toBeVisible();
  await expect(visitor.getByText("Busy", { exact: true })).toBeVisible();
  await expect(visitor.locator("body")).not.toContainText("Doctor");
  await visitor.getByRole("link", { name: "Later" }).click();
  await expect(visitor.getByRole("heading", { name: "April 2027" })).toBeVisible();
  await visitor.getByRole("link", { name: "Earlier" }).click();
  await visitor.getByRole("link", { name: "List" }).click();
  await expect(visitor.getByText("Town hall")).toBeVisible();
  await visitor.getByLabel("Time zone").selectOption("Asia/Tokyo");
  await visitor.getByRole("button", { name: "Show" }).click();
  await expect(visitor.getByText("02:00 – 04:00")).toBeVisible();
  await expect(visitor.getByRole("heading", { name: "Thursday, 11 March" })).toBeVisible();
  await expect(visitor.getByRole("link", { name: "Follow in a calendar program" })).toHaveAttribute("href", /^webcal:/);
  expect(await visitor.context().cookies()).toEqual([]);

  const live = await stranger(browser, server.url);
  await live.goto(`/public/${token}?date=2027-03-01`);
  await expect(live.getByText("Open rehearsal")).toBeVisible();
  await account.put("more.ics", ...timed("more", "20270312T180000", "20270312T200000", "Concert"));
  await expect(live.getByText("Concert")).toBeVisible(soon);
  await page.goto(await sharingOf(page));
  await expect(page.getByText(/Opened \d+ times/)).toBeVisible();
  await page.getByText("Revoke", { exact: true }).click();
  await page.getByRole("button", { name: "Revoke Choir of the town" }).click();
  await expect(page.getByText("leads nowhere any more")).toBeVisible();
  await expect(live.getByRole("heading", { name: "There is nothing at this address" })).toBeVisible(soon);
  expect((await visitor.goto(`/public/${token}`))!.status()).toBe(404);
});

test("events stand in the page of another site, follow what changes, and go when the link is revoked", async ({ page, account, browser, server }) => {
  test.slow();
  await account.put("one.ics", ...inHours("one", 2, "Rehearsal"));
  const token = await makeLink(page, "Choir");
  const policy = `default-src 'none'; script-src ${server.url}; connect-src ${server.url}`;
  const site = await Site.with(
    () => `<script type="module" src="${server.url}/embed.js"></script></head><body><h1>Our choir</h1>
      <kalends-events src="${server.url}/embed/${token}" limit="3"><a href="${server.url}/public/${token}">Calendar</a></kalends-events></body>`,
    policy,
  );
  try {
    const other = await stranger(browser, site.url);
    const errors: string[] = [];
    other.on("pageerror", (error) => errors.push(String(error)));
    other.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    await other.goto(site.url);
    const element = other.locator("kalends-events");
    await expect(element).toHaveAttribute("state", "live");
    await expect(other.getByText("Rehearsal")).toBeVisible();
    // The colour is a property: the page forbids styles in attributes.
    const bar = await other.locator(".next__bar").evaluate((bar) => getComputedStyle(bar).backgroundColor);
    expect(bar).toMatch(/^rgb\(\d+, \d+, \d+\)$/);
    const begun = Date.now();
    await account.put("two.ics", ...inHours("two", 3, "Concert"));
    await expect(other.getByText("Concert")).toBeVisible(soon);
    expect(Date.now() - begun).toBeLessThan(4000);
    await account.caldav("DELETE", "two.ics");
    await expect(other.getByText("Concert")).toBeHidden(soon);
    expect(errors).toEqual([]);

    // A month, by its attribute; its steps stay in the page.
    await element.evaluate((element) => element.setAttribute("layout", "month"));
    const heading = element.getByRole("heading", { level: 3 });
    await expect(heading).toBeVisible();
    const before = await heading.textContent();
    await element.getByRole("link", { name: "Later" }).focus();
    await other.keyboard.press("Enter");
    await expect(heading).not.toHaveText(before!);
    expect(other.url()).toBe(site.url);
    await expect(element.getByRole("link", { name: "Later" })).toBeFocused();
    await element.evaluate((element) => (element.removeAttribute("layout"), element.removeAttribute("date")));

    await expect(other.getByText("Rehearsal")).toBeVisible();
    await other.context().setOffline(true);
    await element.evaluate((element) => element.setAttribute("limit", "4"));
    await expect(element).toHaveAttribute("state", "offline");
    await expect(other.getByText("No connection.")).toBeVisible();
    await expect(other.getByText("Rehearsal")).toBeVisible();
    await other.context().setOffline(false);
    await expect(element).toHaveAttribute("state", "live", { timeout: 10_000 });

    const { links } = await (await page.request.get("/api/v1.0/links")).json();
    await page.request.delete(`/api/v1.0/links/${links[0].id}`, { headers: { origin: server.url } });
    await expect(other.getByText("This calendar is not shared any more.")).toBeVisible(soon);
    await expect(element).toHaveAttribute("state", "revoked");
    await expect(other.getByText("Rehearsal")).toBeHidden();
    expect(await other.context().cookies()).toEqual([]);
  } finally {
    site.close();
  }
});

test("only sites that are allowed have the events in a frame", async ({ page, account, browser, server }) => {
  await account.put("one.ics", ...inHours("one", 2, "Rehearsal"));
  const token = await makeLink(page, "Choir");
  const site = await Site.with(() => `</head><body><iframe src="${server.url}/embed/${token}" title="Events"></iframe></body>`);
  try {
    const other = await stranger(browser, site.url);
    const refused = other.waitForEvent("console", (message) => message.text().includes("frame-ancestors"));
    await other.goto(site.url);
    await refused;
    await expect(other.frameLocator("iframe").getByText("Rehearsal")).toHaveCount(0);
  } finally {
    site.close();
  }
});

test("nothing at a link keeps people out, and all fits a phone", async ({ page, account, browser, server }) => {
  test.slow();
  await account.put("one.ics", ...inHours("one", -0.5, "Rehearsal of the whole choir with its orchestra", "LOCATION:Town hall, at the very end of the longest corridor that there is"));
  await account.put("two.ics", ...inHours("two", 26, "Donaudampfschifffahrtsgesellschaftskapitänsversammlung"));
  await account.put("three.ics", ...inHours("three", 27, "Doctor", "CLASS:PRIVATE"));
  const token = await makeLink(page, "Choir");
  await expect(page.locator("kalends-events")).toHaveAttribute("state", "live");
  expect(await barriers(page)).toEqual([]);
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 844 });
    await page.locator("#links details").last().evaluate((details: HTMLDetailsElement) => (details.open = true));
    await picture(page, `own-${width}`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
  }
  const site = await Site.with(
    () => `<script type="module" src="${server.url}/embed.js"></script></head><body><main><h1>Our choir</h1>
      <kalends-events src="${server.url}/embed/${token}"></kalends-events><kalends-events src="${server.url}/embed/${token}" layout="month"></kalends-events></main></body>`,
  );
  try {
    for (const width of [1280, 390]) {
      const visitor = await stranger(browser, server.url, { width });
      const paths = [`/public/${token}`, `/public/${token}?view=week`, `/public/${token}?view=list`, `/embed/${token}`, `/embed/${token}?layout=month`, `/wall/${token}?theme=light`, `/wall/${token}?theme=dark`, "/public/nothing", site.url];
      for (const [at, path] of paths.entries()) {
        await visitor.goto(path);
        if (path === site.url) await expect(visitor.locator("kalends-events[state=live]")).toHaveCount(2);
        await picture(visitor, `link-${at}-${width}`);
        const wider = await visitor.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(wider, path).toBeLessThanOrEqual(0);
        if (width === 1280) expect(await barriers(visitor)).toEqual([]);
      }
    }
  } finally {
    site.close();
  }
});
