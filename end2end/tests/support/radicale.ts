import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const python = process.env.KALENDS_TEST_PYTHON ?? resolve(import.meta.dirname, "../../../.tools/venv/bin/python");

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

/** A CalDAV server of other hands, in a folder of its own, with the account of `ada` and her calendar Work. */
export class Radicale {
  private constructor(
    private readonly folder: string,
    private readonly process: ChildProcess,
    readonly url: string,
  ) {}

  private password = "";

  static async start(password: string): Promise<Radicale> {
    const folder = mkdtempSync(join(tmpdir(), "kalends-radicale-"));
    const port = await freePort();
    const config = [
      "[server]",
      `hosts = 127.0.0.1:${port}`,
      "[auth]",
      "type = htpasswd",
      `htpasswd_filename = ${folder}/users`,
      "htpasswd_encryption = plain",
      "delay = 0",
      "[storage]",
      `filesystem_folder = ${folder}/collections`,
      "[logging]",
      "level = error",
      "",
    ];
    writeFileSync(join(folder, "config"), config.join("\n"));
    writeFileSync(join(folder, "users"), `ada:${password}\n`);
    const child = spawn(python, ["-m", "radicale", "--config", join(folder, "config")], { cwd: folder, stdio: "ignore" });
    const failed = new Promise<never>((_, fail) => {
      child.once("error", fail);
      child.once("exit", (code) => fail(new Error(`Radicale ended with ${code}; it needs providers/tests/requirements.txt`)));
    });
    const radicale = new Radicale(folder, child, `http://127.0.0.1:${port}/`);
    radicale.password = password;
    await Promise.race([radicale.listens(), failed]);
    child.removeAllListeners("exit");
    const made = await radicale.ask(
      "MKCALENDAR",
      "ada/work/",
      '<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop><D:displayname>Work</D:displayname></D:prop></D:set></C:mkcalendar>',
    );
    if (made.status !== 201) throw new Error(`MKCALENDAR: ${made.status}`);
    return radicale;
  }

  private async listens(): Promise<void> {
    for (;;) {
      try {
        await fetch(this.url);
        return;
      } catch {
        await new Promise((later) => setTimeout(later, 50));
      }
    }
  }

  /** The names of what is in her calendar. */
  async names(): Promise<string[]> {
    const listed = await this.ask("PROPFIND", "ada/work/", undefined, { depth: "1" });
    return [...(await listed.text()).matchAll(/\/ada\/work\/([^<\/]+\.ics)/g)].map(([, name]) => name);
  }

  /** What another program of hers does. */
  async ask(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Response> {
    const authorization = `Basic ${Buffer.from(`ada:${this.password}`).toString("base64")}`;
    return fetch(this.url + path, { method, body, headers: { authorization, ...headers } });
  }

  /** Stores an event of her calendar; `lines` are those of its components. */
  async put(name: string, ...lines: string[]): Promise<void> {
    const text = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tests//EN", ...lines, "END:VCALENDAR", ""].join("\r\n");
    await this.upload(`ada/work/${name}`, text);
  }

  /** Has her calendar hold these events and nothing else. */
  async fill(...lines: string[]): Promise<void> {
    const text = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tests//EN", "X-WR-CALNAME:Work", ...lines, "END:VCALENDAR", ""];
    await this.upload("ada/work/", text.join("\r\n"));
  }

  private async upload(path: string, text: string): Promise<void> {
    const answer = await this.ask("PUT", path, text, { "content-type": "text/calendar; charset=utf-8" });
    if (!answer.ok) throw new Error(`PUT: ${answer.status} ${await answer.text()}`);
  }

  /** She moves an event of hers to another time of the wall clock, with python-caldav. */
  async move(uid: string, start: string, end: string): Promise<void> {
    const script = join(import.meta.dirname, "move_event.py");
    await promisify(execFile)(python, [script, `${this.url}ada/`, "ada", this.password, uid, start, end]);
  }

  /** She has another password from now on. */
  changePassword(password: string): void {
    this.password = password;
    writeFileSync(join(this.folder, "users"), `ada:${password}\n`);
  }

  async stop(): Promise<void> {
    const ended = new Promise((done) => this.process.once("exit", done));
    this.process.kill("SIGKILL");
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
