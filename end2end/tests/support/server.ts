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

  private process?: ChildProcess;

  private constructor(
    readonly data: string,
    private readonly options: string[],
  ) {}

  url = "";

  static async start(...options: string[]): Promise<Server> {
    for (const needed of [binary, dist]) {
      if (!existsSync(needed)) throw new Error(`${needed} is missing: cargo xtask test builds it`);
    }
    const server = new Server(mkdtempSync(join(tmpdir(), "kalends-e2e-")), options);
    await server.run("127.0.0.1:0");
    return server;
  }

  private async run(listen: string): Promise<void> {
    const child = spawn(binary, ["--data", this.data, "serve", "--listen", listen, "--dist", dist, ...this.options], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.process = child;
    createInterface({ input: child.stderr! }).on("line", (line) => this.log.push(line));
    this.url = await new Promise((ready, failed) => {
      createInterface({ input: child.stdout! }).on("line", (line) => {
        const address = line.match(/ready: (http\S+?)\/?$/);
        if (address) ready(address[1]);
      });
      child.once("error", failed);
      child.once("exit", (code) => failed(new Error(`the server ended with ${code}:\n${this.log.join("\n")}`)));
    });
  }

  /** Kills the server, does `meanwhile`, and starts it again at the same address. */
  async restart(meanwhile: () => Promise<unknown>): Promise<void> {
    await this.kill();
    await meanwhile();
    await this.run(new URL(this.url).host);
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

  private async kill(): Promise<void> {
    const child = this.process!;
    child.removeAllListeners("exit");
    const ended = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.data, { recursive: true, force: true });
  }
}
