import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const root = resolve(import.meta.dirname, "../../..");
const binary = process.env.KALENDS_BIN ?? join(root, "target/debug/kalends");
const dist = process.env.KALENDS_DIST ?? join(root, "dist");

/** A real server with a data folder of its own. */
export class Server {
  private log: string[] = [];

  private constructor(
    readonly data: string,
    private process: ChildProcess,
  ) {}

  url = "";

  static async start(...options: string[]): Promise<Server> {
    for (const needed of [binary, dist]) {
      if (!existsSync(needed)) throw new Error(`${needed} is missing: cargo xtask test builds it`);
    }
    const data = mkdtempSync(join(tmpdir(), "kalends-e2e-"));
    const child = spawn(binary, ["--data", data, "serve", "--listen", "127.0.0.1:0", "--dist", dist, ...options], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const server = new Server(data, child);
    createInterface({ input: child.stderr! }).on("line", (line) => server.log.push(line));
    server.url = await new Promise((ready, failed) => {
      createInterface({ input: child.stdout! }).on("line", (line) => {
        const address = line.match(/ready: (http\S+?)\/?$/);
        if (address) ready(address[1]);
      });
      child.once("error", failed);
      child.once("exit", (code) => failed(new Error(`the server ended with ${code}:\n${server.log.join("\n")}`)));
    });
    return server;
  }

  /** What the server wrote to its log so far. */
  get lines(): readonly string[] {
    return this.log;
  }

  /** Runs a command such as `user add anna` on the same data and yields what it prints. */
  async command(...words: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(binary, ["--data", this.data, ...words]);
    return stdout.trim();
  }

  async stop(): Promise<void> {
    this.process.removeAllListeners("exit");
    const ended = new Promise((done) => this.process.once("exit", done));
    this.process.kill("SIGKILL");
    await ended;
    rmSync(this.data, { recursive: true, force: true });
  }
}
