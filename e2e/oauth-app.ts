/** An app of somebody's, by hand: it registers, listens on the loopback for its code, and calls with its token. */
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { z } from "zod";

const clientSchema = z.object({ client_id: z.string() });
const tokenSchema = z.object({ access_token: z.string(), refresh_token: z.string().optional() });
const deviceSchema = z.object({
  device_code: z.string(),
  user_code: z.string(),
  verification_uri: z.string(),
});
const resultSchema = z.object({
  result: z.looseObject({ isError: z.boolean().optional() }),
});

type Call = { text: string; isError: boolean };

export type OAuthApp = Awaited<ReturnType<typeof startApp>>;

export async function startApp(server: string, name: string, scope: string) {
  const answers: URL[] = [];
  const listener = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (url.pathname === "/callback") answers.push(url);
    response.setHeader("content-type", "text/html").end("<title>Back</title><p>Back in the app</p>");
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const bound = listener.address();
  if (bound === null || typeof bound === "string") throw new Error("The listener has no port.");
  const redirectUri = `http://localhost:${bound.port}/callback`;
  const { client_id: clientId } = clientSchema.parse(
    await post(`${server}/api/auth/oauth2/register`, {
      client_name: name,
      redirect_uris: [redirectUri],
      grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
      token_endpoint_auth_method: "none",
    }),
  );
  const verifier = randomBytes(32).toString("base64url");
  const state = randomBytes(8).toString("hex");
  const resource = `${server}/api/mcp`;
  return {
    clientId,
    state,
    issuer: `${server}/api/auth`,
    answers,
    authorizeUrl: `${server}/api/auth/oauth2/authorize?${new URLSearchParams({
      response_type: "code",
      client_id: clientId,
      redirect_uri: redirectUri,
      scope,
      state,
      resource,
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
    })}`,
    exchange: async (code: string) =>
      tokenSchema.parse(
        await token(server, {
          grant_type: "authorization_code",
          client_id: clientId,
          redirect_uri: redirectUri,
          code_verifier: verifier,
          code,
          resource,
        }),
      ),
    startDevice: async () =>
      deviceSchema.parse(await form(`${server}/api/auth/device/code`, { client_id: clientId, scope })),
    pollDevice: async (deviceCode: string) =>
      z.object({ access_token: z.string().optional(), error: z.string().optional() }).parse(
        await token(server, {
          grant_type: "urn:ietf:params:oauth:grant-type:device_code",
          client_id: clientId,
          device_code: deviceCode,
        }),
      ),
    callTool: (accessToken: string, tool: string, args: Record<string, unknown>) =>
      callTool(server, accessToken, tool, args),
    stop: () => listener.close(),
  };
}

async function callTool(
  server: string,
  accessToken: string,
  name: string,
  args: Record<string, unknown>,
): Promise<Call> {
  const response = await fetch(`${server}/api/mcp`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${accessToken}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } }),
  });
  const text = await response.text();
  const message = text.match(/^data: (\{.*\})$/m)?.[1] ?? text;
  const { result } = resultSchema.parse(JSON.parse(message));
  return { text, isError: result.isError ?? false };
}

function token(server: string, fields: Record<string, string>): Promise<unknown> {
  return form(`${server}/api/auth/oauth2/token`, fields);
}

async function form(url: string, fields: Record<string, string>): Promise<unknown> {
  return (await fetch(url, { method: "POST", body: new URLSearchParams(fields) })).json();
}

async function post(url: string, body: unknown): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  return (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).json();
}
