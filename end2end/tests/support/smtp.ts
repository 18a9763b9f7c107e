import { createServer, type AddressInfo, type Server as NetServer } from "node:net";

/** A server for mail that keeps what it takes. */
export class Mailbox {
  readonly mails: string[] = [];

  private constructor(private readonly server: NetServer) {}

  static async start(): Promise<Mailbox> {
    const server = createServer();
    const mailbox = new Mailbox(server);
    server.on("connection", (socket) => {
      let [text, isMessage] = ["", false];
      socket.on("error", () => socket.destroy());
      socket.write("220 test ESMTP\r\n");
      socket.on("data", (data) => {
        text += data.toString("latin1");
        for (;;) {
          const end = text.indexOf(isMessage ? "\r\n.\r\n" : "\r\n");
          if (end < 0) return;
          const line = text.slice(0, end);
          text = text.slice(end + (isMessage ? 5 : 2));
          if (isMessage) mailbox.mails.push(line);
          isMessage = !isMessage && line.toUpperCase() === "DATA";
          socket.write(isMessage ? "354 go on\r\n" : "250 ok\r\n");
        }
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return mailbox;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
  }
}
