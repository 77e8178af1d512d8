/** An OAuth client for tests, by hand: each step of the flow as a call of the handlers, nothing checked. */
import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { env } from "#env";
import { resource } from "#server/access-token.ts";
import { apiHandler } from "#server/api.ts";
import { type Answer, rest, type TestAccount } from "./accounts.ts";

/** One request to the process, by path or whole address. */
export async function send(target: string, init: RequestInit = {}): Promise<Response> {
  const url = new URL(target, env.appUrl);
  const handler = apiHandler(url.pathname);
  if (!handler) throw new Error(`${url.pathname} is a page.`);
  return handler(new Request(url, { redirect: "manual", ...init }));
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : {} };
}

export type OAuthClient = {
  readonly clientId: string;
  readonly clientSecret?: string | undefined;
  readonly redirectUri: string;
};

export const loopbackRedirect = "http://127.0.0.1:7777/callback";

export async function registration(metadata: Record<string, unknown>, from?: string): Promise<Answer> {
  return answerOf(
    await send("/api/auth/oauth2/register", {
      method: "POST",
      headers: { "content-type": "application/json", ...(from ? { "x-forwarded-for": from } : {}) },
      body: JSON.stringify(metadata),
    }),
  );
}

/** As SDK 1 registers itself; `metadata` replaces fields. */
export async function register(metadata: Record<string, unknown> = {}): Promise<OAuthClient> {
  const answer = await registration({
    client_name: "Test app",
    redirect_uris: [loopbackRedirect],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
    ...metadata,
  });
  if (answer.status !== 201 && answer.status !== 200)
    throw new Error(`not registered: ${JSON.stringify(answer.body)}`);
  const made = z
    .object({
      client_id: z.string(),
      client_secret: z.string().optional(),
      redirect_uris: z.array(z.string()),
    })
    .parse(answer.body);
  return {
    clientId: made.client_id,
    clientSecret: made.client_secret,
    redirectUri: made.redirect_uris[0] ?? "",
  };
}

export function newVerifier() {
  const verifier = randomBytes(32).toString("base64url");
  return { verifier, challenge: createHash("sha256").update(verifier).digest("base64url") };
}

/** Parameters that are undefined are left out. */
type Parameters = Record<string, string | undefined>;

/** GET of the authorization endpoint: where it sends the browser. */
export async function authorize(
  client: OAuthClient,
  challenge: string,
  { cookie, ...parameters }: Parameters = {},
): Promise<{ status: number; location: URL | null; response: Response }> {
  const query = formOf({
    response_type: "code",
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    scope: "mcp:query mcp:tools",
    state: "some state",
    code_challenge: challenge,
    code_challenge_method: "S256",
    resource,
    ...parameters,
  });
  const headers: Record<string, string> = cookie ? { cookie } : {};
  const response = await send(`/api/auth/oauth2/authorize?${query}`, { headers });
  const location = response.headers.get("location");
  return { status: response.status, location: location ? new URL(location, env.appUrl) : null, response };
}

type Grant = {
  readonly scopes?: readonly string[];
  readonly datasets?: "all" | readonly string[];
  readonly budget?: { credits: number; period: "day" | "month" | "total" } | null;
  readonly callsPerHour?: number | null;
  readonly expiresInDays?: number | null;
};

export function grant(
  account: Pick<TestAccount, "cookie">,
  request: { oauthQuery: string } | { userCode: string },
  given: Grant = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  return rest(
    "POST",
    "/connections",
    { cookie: account.cookie, ...headers },
    {
      request,
      scopes: ["mcp:query", "mcp:tools"],
      datasets: [],
      budget: null,
      callsPerHour: null,
      expiresInDays: 30,
      ...given,
    },
  );
}

/** Through the consent page to where the browser is sent with the code. */
export async function consented(
  account: Pick<TestAccount, "cookie">,
  client: OAuthClient,
  challenge: string,
  given: Grant = {},
  parameters: Parameters = {},
): Promise<{ answer: URL; code: string; connectionId: string }> {
  const { location, response } = await authorize(client, challenge, {
    scope: (given.scopes ?? ["mcp:query", "mcp:tools"]).join(" "),
    ...parameters,
    cookie: account.cookie,
  });
  if (location?.pathname !== "/consent")
    throw new Error(`no consent page: ${response.status} ${location ?? (await response.text())}`);
  const granted = await grant(account, { oauthQuery: location.search.slice(1) }, given);
  if (granted.status !== 201) throw new Error(`not granted: ${JSON.stringify(granted.body)}`);
  const { redirectUrl, connection } = z
    .object({ redirectUrl: z.string(), connection: z.object({ id: z.string() }) })
    .parse(granted.body);
  const answer = new URL(redirectUrl);
  return { answer, code: answer.searchParams.get("code") ?? "", connectionId: connection.id };
}

/** The browser of an account's owner, who grants what is asked for: where it arrives in the end. */
export async function approve(
  authorization: URL,
  account: Pick<TestAccount, "cookie">,
  given: Grant = {},
): Promise<URL> {
  const response = await fetch(authorization, { headers: { cookie: account.cookie }, redirect: "manual" });
  // A navigation would be redirected; fetch is told where to go.
  const to = response.headers.get("location") ?? (await response.json()).url;
  const location = new URL(to, env.appUrl);
  if (location.pathname !== "/consent") return location;
  const granted = await grant(account, { oauthQuery: location.search.slice(1) }, given);
  if (granted.status !== 201) throw new Error(`not granted: ${JSON.stringify(granted.body)}`);
  return new URL(String(granted.body.redirectUrl));
}

export function token(parameters: Parameters, headers: Record<string, string> = {}): Promise<Answer> {
  return post("/api/auth/oauth2/token", parameters, headers);
}

export async function post(
  path: string,
  parameters: Parameters,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return answerOf(
    await send(path, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
      body: formOf(parameters).toString(),
    }),
  );
}

export function exchange(
  client: OAuthClient,
  code: string,
  verifier: string | undefined,
  parameters: Parameters = {},
): Promise<Answer> {
  return token({
    grant_type: "authorization_code",
    code,
    code_verifier: verifier,
    redirect_uri: client.redirectUri,
    ...credentials(client),
    ...parameters,
  });
}

export function refresh(client: OAuthClient, refreshToken: string, scope?: string): Promise<Answer> {
  return token({ grant_type: "refresh_token", refresh_token: refreshToken, scope, ...credentials(client) });
}

export function credentials({ clientId, clientSecret }: OAuthClient): Parameters {
  return { client_id: clientId, client_secret: clientSecret };
}

export const tokensSchema = z.object({
  access_token: z.string(),
  token_type: z.literal("Bearer"),
  expires_in: z.number(),
  scope: z.string(),
  refresh_token: z.string().optional(),
});

type Connected = {
  readonly client: OAuthClient;
  readonly connectionId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly scope: string;
};

/** Registers, asks, is granted, and exchanges the code. */
export async function connect(
  account: Pick<TestAccount, "cookie">,
  given: Grant = {},
  known?: OAuthClient,
): Promise<Connected> {
  const client = known ?? (await register());
  const { verifier, challenge } = newVerifier();
  const { code, connectionId } = await consented(account, client, challenge, given);
  const tokens = tokensSchema.parse((await exchange(client, code, verifier)).body);
  return {
    client,
    connectionId,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token ?? "",
    scope: tokens.scope,
  };
}

export const bearer = (accessToken: string) => ({ authorization: `Bearer ${accessToken}` });

/** A call of an MCP tool with the token, as a client of 2025 makes it. */
export async function callTool(
  accessToken: string,
  name: string,
  args: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; text: string }> {
  const response = await send("/api/mcp", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2025-06-18",
      ...bearer(accessToken),
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function formOf(parameters: Parameters): URLSearchParams {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) form.set(name, value);
  return form;
}
