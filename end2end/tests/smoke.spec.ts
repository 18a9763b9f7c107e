import { expect, test } from "./support/test.js";

test("a page is rendered by the server and taken over by the browser without a complaint", async ({ page, account, hydrated }) => {
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  for (const path of ["/", "/settings", "/import"]) {
    const response = await page.goto(path);
    expect(response?.status(), path).toBe(200);
  }
  for (const path of ["/agenda", "/event/new"]) {
    const response = await page.goto(path);
    expect(response?.status(), path).toBe(200);
    await hydrated(page);
  }
  expect(complaints, `of ${account.name}`).toEqual([]);
});

test("the server compresses the front-end's files ahead of time and lets browsers keep them", async ({ page, request, account }) => {
  expect(account.name).toBeTruthy();
  const html = await (await page.goto("/agenda"))!.text();
  const wasm = html.match(/href="(\/[^"]+\.wasm)"/)?.[1];
  expect(wasm).toBeTruthy();
  const response = await request.get(wasm!, { headers: { "accept-encoding": "br" } });
  expect(response.headers()["content-encoding"]).toBe("br");
  expect(response.headers()["content-type"]).toBe("application/wasm");
  expect(response.headers()["cache-control"]).toContain("immutable");
});
