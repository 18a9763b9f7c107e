import type { Browser, Page } from "@playwright/test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { barriers, beside } from "./support/looks.js";
import { CLIENT, SignInProvider, signInThere } from "./support/provider.js";
import { Server } from "./support/server.js";
import { Account, expect, test as base } from "./support/test.js";

/** Two providers, one that nobody answers for, and a server that people can sign in to with each of them. */
const test = base.extend<object, { server: Server }>({
  server: [
    async ({}, use) => {
      const [alpha, beta] = [await SignInProvider.start("localhost"), await SignInProvider.start("127.0.0.1")];
      const folder = mkdtempSync(join(tmpdir(), "kalends-oidc-"));
      const providers = [
        { id: "alpha", name: "Alpha", issuer: alpha.issuer, more: 'scopes = ["profile", "email", "groups"]\ngroups-claim = "groups"' },
        { id: "beta", name: "Beta", issuer: beta.issuer, more: "creates-people = false" },
        { id: "gone", name: "Gone", issuer: "http://127.0.0.1:9", more: "" },
      ];
      const tables = providers.map(
        ({ id, name, issuer, more }) =>
          `[[oidc]]\nid = "${id}"\nname = "${name}"\nissuer = "${issuer}"\nclient-id = "${CLIENT.id}"\nclient-secret = "${CLIENT.secret}"\n${more}\n`,
      );
      writeFileSync(join(folder, "kalends.toml"), tables.join("\n"));
      const server = await Server.start("--config", join(folder, "kalends.toml"));
      alpha.serve(server.url, "alpha");
      beta.serve(server.url, "beta");
      await use(server);
      expect([...alpha.errors, ...beta.errors]).toEqual([]);
      await server.stop();
      await alpha.stop();
      await beta.stop();
      rmSync(folder, { recursive: true, force: true });
    },
    { scope: "worker" },
  ],
});

/** A browser of its own. */
const another = async (browser: Browser, server: Server) => (await browser.newContext({ baseURL: server.url })).newPage();

/** A name that nobody had before. */
const someone = () => `p${Math.random().toString(36).slice(2, 10)}`;

async function enter(page: Page, provider: string, name: string): Promise<void> {
  await page.getByRole("link", { name: `Sign in with ${provider}` }).click();
  await signInThere(page, name);
}

async function isGood(page: Page): Promise<void> {
  expect(await barriers(page)).toEqual([]);
  expect(await beside(page)).toBeLessThanOrEqual(0);
}

test("somebody comes in by a provider, goes where they wanted to, and out of both", async ({ page }) => {
  const name = someone();
  await page.goto("/groups");
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fgroups/);
  await expect(page.getByRole("navigation", { name: "Other ways to sign in" }).getByRole("link")).toHaveCount(3);
  await isGood(page);
  await enter(page, "Alpha", name);
  await expect(page).toHaveURL(/\/groups$/);
  await expect(page.getByRole("link", { name: "choir" })).toBeVisible();
  await page.goto("/settings");
  await expect(page.getByLabel("E-mail", { exact: true })).toHaveValue(`${name}@example.org`);
  await page.getByRole("button", { name: "Sign out", exact: true }).first().click();
  await page.getByRole("button", { name: "Yes, sign me out" }).click();
  await expect(page.getByText("You are signed out, also of Alpha.")).toBeVisible();
  await page.goto("/settings");
  await expect(page).toHaveURL(/\/sign-in/);
  // The provider does not know them either.
  await page.getByRole("link", { name: "Sign in with Alpha" }).click();
  await expect(page.getByPlaceholder("Enter any login")).toBeVisible();
});

test("an account that there is gets a second way in, by its owner's hand", async ({ page, account, browser, server }) => {
  const name = someone();
  const stranger = await another(browser, server);
  await stranger.goto("/sign-in");
  await enter(stranger, "Beta", name);
  await expect(stranger.getByRole("heading", { name: "Signing in with Beta did not work" })).toBeVisible();
  await expect(stranger.getByText("there is no account for you here")).toBeVisible();
  await isGood(stranger);
  await page.goto("/settings");
  const ways = page.getByRole("list", { name: "Ways to sign in" }).getByRole("listitem");
  await expect(ways).toHaveCount(3);
  await ways.filter({ hasText: "Beta" }).getByRole("button").click();
  await signInThere(page, name);
  await expect(page.getByText("Beta is connected to your account.")).toBeVisible();
  await isGood(page);
  // Where the provider knows them still, it is one click.
  await stranger.goto("/sign-in?next=/settings");
  await stranger.getByRole("link", { name: "Sign in with Beta" }).click();
  await expect(stranger.getByText(`User name: ${account.name}`)).toBeVisible();
  await ways.filter({ hasText: "Beta" }).getByRole("button", { name: "Disconnect Beta" }).click();
  await expect(page.getByText("It is disconnected.")).toBeVisible();
});

test("a provider that is down, or somebody who changes their mind, keeps no other way shut", async ({ page, browser, server }) => {
  const context = await browser.newContext({ baseURL: server.url });
  const account = await Account.signUp(server, context);
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Sign in with Gone" }).click();
  await expect(page.getByRole("heading", { name: "Gone cannot be reached" })).toBeVisible();
  await isGood(page);
  await page.getByRole("link", { name: "Back to sign-in" }).click();
  await page.getByRole("link", { name: "Sign in with Alpha" }).click();
  await page.getByRole("link", { name: "Cancel" }).click();
  await expect(page.getByText("Alpha says that it was not allowed to tell who you are.")).toBeVisible();
  await page.getByRole("link", { name: "Back to sign-in" }).click();
  await page.getByLabel("User name").fill(account.name);
  await page.getByLabel("Password").fill(account.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Next events" })).toBeVisible();
});

test("what came back once does not come back again, nor into another browser", async ({ page, browser, server }) => {
  await page.goto("/sign-in");
  const back = page.waitForRequest((request) => request.url().includes("/sign-in/callback/alpha"));
  await enter(page, "Alpha", someone());
  await expect(page.getByRole("heading", { name: "Next events" })).toBeVisible();
  const url = (await back).url();
  const other = await another(browser, server);
  for (const where of [page, other]) {
    await where.goto(url);
    await expect(where.getByText("not begun in this browser")).toBeVisible();
  }
  await page.goto("/settings");
  await expect(page.getByRole("heading", { name: "Settings" })).toBeVisible();
});

test("who signs out at the provider is out here at once", async ({ page }) => {
  await page.goto("/sign-in?next=/settings");
  await enter(page, "Alpha", someone());
  await expect(page.getByRole("heading", { name: "Settings" })).toBeVisible();
  const there = await page.context().newPage();
  const issuer = await page.request.get("/sign-in/with/alpha", { maxRedirects: 0 });
  const end = new URL("/session/end", issuer.headers().location);
  await there.goto(`${end}?client_id=${CLIENT.id}`);
  await there.getByRole("button", { name: "Yes, sign me out" }).click();
  await expect(there.getByText(/sign-out success/i)).toBeVisible();
  await page.goto("/settings");
  await expect(page).toHaveURL(/\/sign-in/);
});

test("the pages before the door fit on a phone", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  for (const path of ["/sign-in", "/sign-in/with/gone"]) {
    await page.goto(path);
    await isGood(page);
  }
});
