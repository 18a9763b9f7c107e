import { expect, test, timed } from "./support/test.js";

/**
 * Beside English there is a language that nobody speaks (`en-XA`): its words have accents and its sentences brackets. What shows
 * without them does not come from a table, and cannot be translated.
 */
test.use({ serverOptions: ["--pseudo-language"], locale: "en-XA" });

const day = "/agenda/week/2027-03-10";

test("a page is in the language that the browser asks for, before and after it is taken over", async ({ page, account, hydrated }) => {
  await account.put("lunch.ics", ...timed("lunch", "20270310T120000", "20270310T130000", "Lunch"));
  const complaints: string[] = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  // What the server wrote, and what of it is still so when the browser has taken it over.
  await page.route("**/words/*", async (route) => {
    await held;
    await route.continue();
  });
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  const html = (await (await page.goto(day, { waitUntil: "commit" }))!.text()) ?? "";
  expect(html).toContain('<html lang="en-XA"');
  await expect(page.getByRole("link", { name: "Tödäý" })).toBeVisible();
  const written = await page.locator("main").innerText();
  const names = await page.locator("main [aria-label]").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
  release();
  await hydrated(page);
  expect(await page.locator("main").innerText()).toBe(written);
  expect(await page.locator("main [aria-label]").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")))).toEqual(names);
  expect(complaints).toEqual([]);

  // What the browser draws by itself speaks the same.
  await page.getByRole("link", { name: "[!! Ñéw évéñt !!]", exact: true }).first().click();
  const form = page.getByRole("dialog");
  await expect(form.getByRole("heading")).toHaveText("[!! Ñéw évéñt !!]");
  await expect(form.getByLabel("Stärts")).toHaveValue(/^Wéd, 10 Mär 2027$/);
  await form.getByLabel("Stärts").fill("11 äpr");
  await form.getByLabel("Éñds").first().focus();
  await form.getByLabel("Stärts").fill("nonsense");
  await form.getByRole("button", { name: "Sävé" }).click();
  await expect(form.getByText("[!! “nonsense” îs ñöt üñdérstööd äs ä däté.")).toBeVisible();
});

test("no page shows a word that is not in a table", async ({ page, account, hydrated }) => {
  await account.put("lunch.ics", ...timed("lunch", "20270310T120000", "20270310T130000", "9"));
  for (const path of ["/", day, "/agenda/month/2027-03-10", "/event/new", "/settings", "/import", "/calendars/new", "/nowhere"]) {
    await page.goto(path);
    if (!["/", "/settings", "/import", "/calendars/new", "/nowhere"].includes(path)) await hydrated(page);
    const plain = await page.evaluate(() => {
      const said: string[] = [document.title];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement!;
        if (!parent.closest("script, style, noscript, datalist, [data-name]")) said.push(walker.currentNode.textContent!);
      }
      for (const one of document.body.querySelectorAll("[aria-label], [title], [placeholder]")) {
        for (const name of ["aria-label", "title", "placeholder"]) said.push(one.getAttribute(name) ?? "");
      }
      // What is the person's own, or no word.
      const own = /Personal|Robin Doe|tests|Chrome|Windows|Linux|macOS|p[0-9a-f]{10}|http:\S+|127\.0\.0\.1:\d+|Europe\/Zurich/g;
      // Letters that the language has no plain form of.
      return said.map((text) => text.replaceAll(own, "")).filter((text) => /[aceinouyz]/i.test(text));
    });
    expect(plain, path).toEqual([]);
  }
});

test("one browser has one table, which it may keep", async ({ page, request, account, hydrated }) => {
  void account;
  const tables: string[] = [];
  page.on("request", (asked) => asked.url().includes("/words/") && tables.push(new URL(asked.url()).pathname));
  await page.goto(day);
  await hydrated(page);
  await page.goto("/agenda");
  await hydrated(page);
  expect(new Set(tables).size).toBe(1);
  expect(tables[0]).toMatch(/^\/words\/en-XA-[0-9a-f]{16}\.txt$/);
  const answer = await request.get(tables[0], { headers: { "accept-encoding": "br" } });
  expect(answer.headers()["cache-control"]).toContain("immutable");
  expect(answer.headers()["content-encoding"]).toBe("br");
  expect(answer.headers()["content-type"]).toBe("text/plain; charset=utf-8");
  expect((await request.get("/words/en-0000000000000000.txt")).status()).toBe(404);
});

test("what a person chose is before what their browser asks for", async ({ page, account, hydrated }) => {
  void account;
  await page.goto("/settings");
  await page.getByLabel("Régîöñ", { exact: true }).selectOption("en-GB");
  await page.getByRole("button", { name: "Sävé", exact: true }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await page.goto(day);
  await hydrated(page);
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(page.getByRole("link", { name: "Today" })).toBeVisible();
});
