import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Dovecot does not run as the administrator of a machine: it is somebody else there. */
const NOBODY = 65534;

let deliveries = 0;

/** An IMAP server of other hands (Dovecot), in a folder of its own and as an ordinary user, with the mailbox of `ada@example.org`. */
export class Dovecot {
  private constructor(
    private readonly folder: string,
    private readonly process: ChildProcess,
    readonly port: number,
    private readonly user: { uid?: number; gid?: number },
  ) {}

  static async start(password: string): Promise<Dovecot> {
    const folder = mkdtempSync(join(tmpdir(), "kalends-dovecot-"));
    const port = await freePort();
    const user = process.getuid!() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
    const name = user.uid === undefined ? process.env.USER ?? process.getuid!().toString() : "nobody";
    const group = user.uid === undefined ? process.getgid!().toString() : "nogroup";
    const config = [
      "protocols = imap",
      "listen = 127.0.0.1",
      `base_dir = ${folder}/run`,
      `state_dir = ${folder}/run`,
      `log_path = ${folder}/log`,
      `default_internal_user = ${name}`,
      `default_internal_group = ${group}`,
      `default_login_user = ${name}`,
      "ssl = no",
      "disable_plaintext_auth = no",
      "auth_mechanisms = plain login",
      `mail_location = maildir:${folder}/mail/%u`,
      "first_valid_uid = 1",
      "mail_max_userip_connections = 50",
      "passdb {",
      "  driver = passwd-file",
      `  args = scheme=PLAIN ${folder}/users`,
      "}",
      "userdb {",
      "  driver = static",
      `  args = uid=${user.uid ?? process.getuid!()} gid=${user.gid ?? process.getgid!()} home=${folder}/mail/%u`,
      "}",
      "namespace inbox {",
      "  inbox = yes",
      "  separator = /",
      ...["Drafts", "Sent", "Archive", "Junk", "Trash"].flatMap((box) => [
        `  mailbox ${box} {`,
        `    special_use = \\${box}`,
        "    auto = subscribe",
        "  }",
      ]),
      "}",
      "service imap-login {",
      "  chroot =",
      "  inet_listener imap {",
      `    port = ${port}`,
      "  }",
      "  inet_listener imaps {",
      "    port = 0",
      "  }",
      "}",
      ...["anvil", "stats", "auth-worker", "imap-urlauth-login"].flatMap((service) => [`service ${service} {`, "  chroot =", "}"]),
      "",
    ];
    mkdirSync(join(folder, "run"));
    mkdirSync(join(folder, "mail"));
    writeFileSync(join(folder, "dovecot.conf"), config.join("\n"));
    writeFileSync(join(folder, "users"), `ada@example.org:${password}\n`);
    if (user.uid !== undefined) {
      for (const path of ["", "run", "mail", "users", "dovecot.conf"]) chownSync(join(folder, path), user.uid, user.gid!);
    }
    const child = spawn("/usr/sbin/dovecot", ["-F", "-c", join(folder, "dovecot.conf")], { ...user, cwd: folder, stdio: "ignore" });
    const dovecot = new Dovecot(folder, child, port, user);
    for (let tries = 0; ; tries++) {
      try {
        await dovecot.greets();
        return dovecot;
      } catch (error) {
        if (tries > 100 || child.exitCode !== null) throw new Error(`Dovecot does not answer (${child.exitCode}): ${error}`);
        await new Promise((later) => setTimeout(later, 50));
      }
    }
  }

  private async greets(): Promise<void> {
    const { connect } = await import("node:net");
    await new Promise<void>((ready, failed) => {
      const socket = connect(this.port, "127.0.0.1");
      socket.once("data", () => {
        socket.destroy();
        ready();
      });
      socket.once("error", failed);
    });
  }

  /** Has a message arrive, as a delivery agent does: a file in the Maildir. */
  deliver(message: string, box = "INBOX"): void {
    const root = join(this.folder, "mail", "ada@example.org");
    const at = box === "INBOX" ? root : join(root, `.${box}`);
    const made: string[] = [];
    for (const path of [root, at, ...["cur", "new", "tmp"].map((name) => join(at, name))]) {
      mkdirSync(path, { recursive: true });
      made.push(path);
    }
    const name = `${Date.now()}.M${deliveries++}P${process.pid}.example`;
    const file = join(at, "new", name);
    writeFileSync(file, message.replace(/\r?\n/g, "\r\n"));
    if (this.user.uid !== undefined) for (const path of [...made, file]) chownSync(path, this.user.uid, this.user.gid!);
    chmodSync(file, 0o600);
  }

  /** Another password from now on. */
  changePassword(password: string): void {
    writeFileSync(join(this.folder, "users"), `ada@example.org:${password}\n`);
  }

  async stop(): Promise<void> {
    const ended = new Promise((done) => this.process.once("exit", done));
    this.process.kill("SIGTERM");
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** An SMTP server that lets everybody in, and keeps what it is given. */
export class Smtp {
  readonly messages: { from: string; to: string[]; text: string }[] = [];

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(): Promise<Smtp> {
    const server = createServer();
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const smtp = new Smtp(server, (server.address() as AddressInfo).port);
    server.on("connection", (socket) => smtp.converse(socket));
    return smtp;
  }

  private converse(socket: Socket): void {
    let rest = "";
    let from = "";
    let to: string[] = [];
    let data: string[] | undefined;
    let login = 0;
    const say = (line: string) => socket.write(`${line}\r\n`);
    const hear = (line: string) => {
      if (data) {
        if (line !== ".") return void data.push(line.replace(/^\./, ""));
        this.messages.push({ from, to, text: data.join("\n") });
        [from, to, data] = ["", [], undefined];
        return void say("250 kept");
      }
      if (login) {
        login--;
        return void say(login ? "334 UGFzc3dvcmQ6" : "235 in");
      }
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === "EHLO") return void socket.write("250-example.org\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN\r\n");
      if (verb === "AUTH") {
        const [, kind, initial] = line.split(" ");
        if (kind!.toUpperCase() === "LOGIN") {
          login = initial ? 1 : 2;
          return void say(initial ? "334 UGFzc3dvcmQ6" : "334 VXNlcm5hbWU6");
        }
        login = initial ? 0 : 1;
        return void say(initial ? "235 in" : "334 ");
      }
      if (verb === "MAIL") from = line.match(/<(.*?)>/)?.[1] ?? "";
      if (verb === "RCPT") to.push(line.match(/<(.*?)>/)?.[1] ?? "");
      if (verb === "DATA") {
        data = [];
        return void say("354 go on");
      }
      if (verb === "QUIT") {
        say("221 bye");
        return void socket.end();
      }
      say("250 well");
    };
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      rest += chunk.toString("latin1");
      for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
        const line = rest.slice(0, end).replace(/\r$/, "");
        rest = rest.slice(end + 1);
        hear(line);
      }
    });
    say("220 example.org ESMTP");
  }

  async stop(): Promise<void> {
    await new Promise((done) => this.server.close(done));
  }
}

let ids = 0;

/** The text of a message; `about`: fields of its head beside those that every message has. */
export function message(from: string, subject: string, body: string, about: string[] = []): string {
  const id = about.some((field) => field.startsWith("Message-ID:")) ? [] : [`Message-ID: <${++ids}.${Date.now()}@tests.example>`];
  const typed = about.some((field) => field.startsWith("Content-Type:")) ? [] : ["Content-Type: text/plain; charset=utf-8"];
  return [`From: ${from}`, "To: Ada <ada@example.org>", `Subject: ${subject}`, `Date: ${new Date().toUTCString()}`, ...id, "MIME-Version: 1.0", ...typed, ...about, "", body, ""].join("\n");
}
