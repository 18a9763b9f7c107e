import { createServer, request, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A way to another server on which requests can be held up, as by a service that is slow to answer. */
export class Gate {
  private wanted?: (method: string, body: string) => boolean;
  private arrived?: () => void;
  private open?: Promise<void>;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** `target` is the address of the other server, with a slash at its end. */
  static async before(target: string): Promise<Gate> {
    const { hostname, port } = new URL(target);
    const server = createServer(async (asked, answer) => {
      const body = await all(asked);
      await gate.pass(asked.method ?? "GET", body.toString());
      const forwarded = request({ hostname, port, method: asked.method, path: asked.url, headers: asked.headers }, (came) => {
        answer.writeHead(came.statusCode ?? 502, came.headers);
        came.pipe(answer);
      });
      forwarded.once("error", () => answer.destroy());
      forwarded.end(body);
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const gate: Gate = new Gate(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return gate;
  }

  private async pass(method: string, body: string): Promise<void> {
    if (!this.wanted?.(method, body)) return;
    this.arrived?.();
    await this.open;
  }

  /** Requests that are `wanted` wait from now on until they are let through; `came` comes true with the first of them. */
  hold(wanted: (method: string, body: string) => boolean): { came: Promise<void>; release: () => void } {
    this.wanted = wanted;
    const came = new Promise<void>((arrived) => (this.arrived = arrived));
    let release = () => {};
    this.open = new Promise<void>((open) => {
      release = () => {
        this.wanted = undefined;
        open();
      };
    });
    return { came, release };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}

async function all(asked: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of asked) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
