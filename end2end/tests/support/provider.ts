import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";
import type { Page } from "@playwright/test";

export const CLIENT = { id: "kalends", secret: "the secret of the client" };

/** A certified OpenID Connect provider, at which everybody signs in whose name it is told. */
export class SignInProvider {
  private provider?: Provider;

  /** What went wrong when it told Kalends that a session has ended. */
  readonly errors: string[] = [];

  private constructor(
    private readonly server: Server,
    /** Its address, which is its name. */
    readonly issuer: string,
  ) {}

  /** Listens at `host`, a name of this machine. Cookies belong to a host whatever its ports: two providers want two names. */
  static async start(host: string): Promise<SignInProvider> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const provider = new SignInProvider(server, `http://${host}:${(server.address() as AddressInfo).port}`);
    server.on("request", (request, response) => provider.provider!.callback()(request, response));
    return provider;
  }

  /** Has the Kalends at `url` as its client, where it is called `id`. */
  serve(url: string, id: string): void {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const client = {
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
      redirect_uris: [`${url}/sign-in/callback/${id}`],
      post_logout_redirect_uris: [`${url}/sign-in/signed-out/${id}`],
      backchannel_logout_uri: `${url}/sign-in/ended/${id}`,
      backchannel_logout_session_required: true,
    };
    const provider = new Provider(this.issuer, {
      clients: [client],
      cookies: { keys: [randomBytes(16).toString("hex")] },
      jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "one", use: "sig", alg: "RS256" }] },
      claims: { profile: ["name", "preferred_username"], email: ["email", "email_verified"], groups: ["groups"] },
      scopes: ["openid", "profile", "email", "groups"],
      features: { backchannelLogout: { enabled: true } },
      // Kalends is on this machine, which it would not ask by itself.
      fetch: (url: string, { dispatcher: _, ...options }: RequestInit & { dispatcher?: unknown }) => fetch(url, options),
      // `ada` is Ada at the organisation, and in its choir.
      findAccount: (_context: unknown, name: string) => ({
        accountId: name,
        claims: () => ({
          sub: name,
          name: `${name[0]!.toUpperCase()}${name.slice(1)} Example`,
          preferred_username: name,
          email: `${name}@example.org`,
          email_verified: true,
          groups: ["choir"],
        }),
      }),
    });
    provider.on("backchannel.error", (_context: never, error: Error) => this.errors.push(error.message));
    this.provider = provider;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

/** Signs in on the pages of the provider, and lets it tell who it is. */
export async function signInThere(page: Page, name: string): Promise<void> {
  await page.getByPlaceholder("Enter any login").fill(name);
  await page.getByPlaceholder("and password").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}
