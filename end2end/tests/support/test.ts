import { test as base, expect, type BrowserContext, type Page } from "@playwright/test";
import { randomBytes } from "node:crypto";
import { Server } from "./server.js";

export { expect };

/** The lines of an event from `start` to `end` on the wall clock of Zurich. */
export const timed = (uid: string, start: string, end: string, summary: string, ...more: string[]) => [
  "BEGIN:VEVENT",
  `UID:${uid}`,
  "DTSTAMP:20260101T000000Z",
  `DTSTART;TZID=Europe/Zurich:${start}`,
  `DTEND;TZID=Europe/Zurich:${end}`,
  `SUMMARY:${summary}`,
  ...more,
  "END:VEVENT",
];

/**
 * The name of an event's link that begins so: `Choir, 10:00 to 11:00, Monday, 8 March`. Where the time stands before the title,
 * the name begins with it, and a span of times has the dash that is to be seen.
 */
export const eventName = (name: string) => new RegExp(`^(?:[\\d:]+(?:[ap]m)? )?${name.replace(/ to (?=\d)/g, " (?:to|–) ")}`);

/** A person with an account of their own, fresh for each test. */
export class Account {
  constructor(
    private readonly server: Server,
    readonly name: string,
    readonly password: string,
  ) {}

  /** The one-time link's path, with which a password is chosen; `more` are options of `kalends user add`. */
  static async invite(server: Server, ...more: string[]): Promise<{ name: string; path: string }> {
    const name = `p${randomBytes(5).toString("hex")}`;
    const printed = await server.command("user", "add", name, "--display-name", "Robin Doe", ...more);
    const path = printed.match(/\/welcome\/\S+/)?.[0];
    if (!path) throw new Error(`no one-time link in: ${printed}`);
    return { name, path };
  }

  /** An account whose password is chosen, signed in in `context`. */
  static async signUp(server: Server, context: BrowserContext, ...more: string[]): Promise<Account> {
    const { name, path } = await Account.invite(server, ...more);
    const password = "correct horse battery";
    const secret = path.slice("/welcome/".length);
    const response = await context.request.post(`${server.url}/fn/choose_password`, {
      form: { secret, password, repeated: password, time_zone: "Europe/Zurich" },
      headers: { accept: "text/html", origin: server.url },
      maxRedirects: 0,
    });
    expect(response.status(), await response.text()).toBeLessThan(400);
    return new Account(server, name, password);
  }

  /** Address of the first calendar by CalDAV. */
  get calendarUrl(): string {
    return `${this.server.url}/api/v1.0/caldav/calendars/${this.name}/personal/`;
  }

  private appPassword?: Promise<string>;

  /** A CalDAV request below the first calendar, as a client sends it. */
  async caldav(method: string, name: string, body?: string, headers: Record<string, string> = {}): Promise<Response> {
    this.appPassword ??= this.server.command("user", "app-password", this.name, "tests");
    const secret = Buffer.from(`${this.name}:${await this.appPassword}`).toString("base64");
    return fetch(this.calendarUrl + name, { method, body, headers: { authorization: `Basic ${secret}`, ...headers } });
  }

  /** Stores an object by CalDAV; `lines` are those of its components. */
  async put(name: string, ...lines: string[]): Promise<void> {
    const text = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tests//EN", ...lines, "END:VCALENDAR", ""].join("\r\n");
    const response = await this.caldav("PUT", name, text, { "content-type": "text/calendar; charset=utf-8" });
    expect(response.status, await response.text()).toBeLessThan(300);
  }

  /** The text of an object, as CalDAV clients get it. */
  async get(name: string): Promise<string> {
    const response = await this.caldav("GET", name);
    expect(response.status).toBe(200);
    return response.text();
  }
}

interface ForTest {
  /** Signed in in `page`. */
  account: Account;
  /** Waits until the WebAssembly has taken the page over. */
  hydrated: (page: Page) => Promise<void>;
}

export const test = base.extend<ForTest, { server: Server; serverOptions: string[] }>({
  /** Of the command line of `kalends serve`. */
  serverOptions: [[], { scope: "worker", option: true }],
  server: [
    async ({ serverOptions }, use) => {
      const server = await Server.start(...serverOptions);
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],
  baseURL: async ({ server }, use) => use(server.url),
  account: async ({ server, context }, use) => use(await Account.signUp(server, context)),
  hydrated: async ({}, use) =>
    use(async (page) => {
      await page.waitForFunction(() => document.documentElement.dataset.hydrated === "true");
    }),
});
