/**
 * An OpenID provider on a local port (OpenID Connect Core §3.1, Discovery, PKCE), for one client. Whoever comes
 * is somebody whom the test names, and agrees at once.
 */
import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { listenLocally } from "./local-server.ts";

export const oidcClient = { id: "fltr-at-the-provider", secret: "the secret of fltr" } as const;

export type Person = { sub: string; email: string; email_verified: boolean; name: string };
type Asked = { challenge: string; nonce: string | null; redirectUri: string };

export async function startOpenIdProvider() {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(publicKey)), kid: "1", alg: "RS256", use: "sig" };
  const codes = new Map<string, Asked>();
  let person: Person = { sub: "1", email: "one@example.test", email_verified: true, name: "One" };
  let refuses = false;
  let issuer = "";

  async function answer(
    request: IncomingMessage,
  ): Promise<{ status: number; body?: unknown; location?: string }> {
    const url = new URL(request.url ?? "/", issuer);
    if (url.pathname === "/.well-known/openid-configuration") {
      return {
        status: 200,
        body: {
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          userinfo_endpoint: `${issuer}/userinfo`,
          jwks_uri: `${issuer}/jwks`,
          response_types_supported: ["code"],
          subject_types_supported: ["public"],
          id_token_signing_alg_values_supported: ["RS256"],
          code_challenge_methods_supported: ["S256"],
        },
      };
    }
    if (url.pathname === "/jwks") return { status: 200, body: { keys: [jwk] } };
    if (url.pathname === "/authorize") return { status: 302, location: authorize(url.searchParams) };
    if (url.pathname === "/token") return token(request, new URLSearchParams(await textOf(request)));
    return { status: 404, body: {} };
  }

  function authorize(query: URLSearchParams): string {
    const back = new URL(query.get("redirect_uri") ?? "");
    back.searchParams.set("state", query.get("state") ?? "");
    if (refuses) back.searchParams.set("error", "access_denied");
    else {
      const code = randomBytes(16).toString("base64url");
      codes.set(code, {
        challenge: query.get("code_challenge") ?? "",
        nonce: query.get("nonce"),
        redirectUri: query.get("redirect_uri") ?? "",
      });
      back.searchParams.set("code", code);
    }
    return back.href;
  }

  async function token(request: IncomingMessage, form: URLSearchParams) {
    const asked = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    const basic = Buffer.from(
      request.headers.authorization?.replace(/^Basic /i, "") ?? "",
      "base64",
    ).toString();
    const authenticated =
      form.get("client_secret") === oidcClient.secret ||
      decodeURIComponent(basic) === `${oidcClient.id}:${oidcClient.secret}`;
    const proof = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    if (
      !asked ||
      !authenticated ||
      proof !== asked.challenge ||
      form.get("redirect_uri") !== asked.redirectUri
    ) {
      return { status: 400, body: { error: "invalid_grant" } };
    }
    const idToken = await new SignJWT({ ...person, ...(asked.nonce ? { nonce: asked.nonce } : {}) })
      .setProtectedHeader({ alg: "RS256", kid: "1" })
      .setIssuer(issuer)
      .setAudience(oidcClient.id)
      .setIssuedAt()
      .setExpirationTime("5m")
      .sign(privateKey);
    return {
      status: 200,
      body: { access_token: "of no use", token_type: "Bearer", expires_in: 300, id_token: idToken },
    };
  }

  const server = createServer((request, response) => {
    void answer(request).then(({ status, body, location }) => {
      response.writeHead(status, { "content-type": "application/json", ...(location ? { location } : {}) });
      response.end(body === undefined ? "" : JSON.stringify(body));
    });
  });
  const { port, close } = await listenLocally(server);
  issuer = `http://127.0.0.1:${port}`;
  return {
    issuer,
    /** Who comes from now on. */
    is(next: Person) {
      person = next;
      refuses = false;
    },
    /** Whoever comes says no. */
    refuse() {
      refuses = true;
    },
    close,
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}
