/**
 * The main job from a newcomer's side: an account, a dataset, a folder of documents, a key, and the same
 * question over REST and over MCP. It knows the server only by its address.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { z } from "zod";
import { Api, DemoFailure } from "./api.ts";
import { batches, type Found, findQuery, formOf } from "./files.ts";
import { printHits, say, shortened, size, step } from "./print.ts";

export type Journey = {
  readonly url: string;
  readonly places: string;
  readonly files: readonly Found[];
  readonly query: string | null;
  readonly setupCode: string | null;
  /** Stays after the demo, so that a person can look at what was made. */
  readonly lasting: boolean;
};

const hits = 3;
const ingestionTimeoutMs = 600_000;
const shownFailures = 10;

const made = z.object({ id: z.string() });
const documentSchema = z.object({ id: z.string(), title: z.string(), duplicate: z.boolean() });
const uploadedSchema = z.union([z.object({ items: z.array(documentSchema) }), documentSchema]);
const progressSchema = z.object({
  documents: z.object({ queued: z.int(), processing: z.int(), ready: z.int(), failed: z.int() }),
  chunkCount: z.int(),
});
const failedSchema = z.object({
  items: z.array(z.object({ title: z.string(), reason: z.string().nullable() })),
});
const answerSchema = z.object({
  hits: z.array(
    z.object({
      chunkId: z.string(),
      documentTitle: z.string(),
      headingPath: z.array(z.string()),
      score: z.number(),
      text: z.string(),
    }),
  ),
  receiptId: z.string().nullable(),
  creditsCharged: z.int(),
});
const meterKey = "dev.fltr/meter";
const metaSchema = z.object({
  [meterKey]: z.object({
    charged: z.int(),
    balance: z.int().nullable(),
    limit: z.int().nullable(),
    remaining: z.int().nullable(),
    receiptId: z.string().nullable(),
  }),
});
const receiptSchema = z.object({ id: z.string(), query: z.string().nullable(), hitCount: z.int() });

type Answer = z.output<typeof answerSchema>;

export async function travel(journey: Journey): Promise<void> {
  const api = new Api(journey.url);
  const { email, password, cookie } = await signUp(api, journey.setupCode);
  const owner = { cookie };

  step("Create a dataset");
  const dataset = await api.call("Creating the dataset", made, {
    method: "POST",
    path: "/api/v1/datasets",
    caller: owner,
    body: { name: shortened(`Demo of ${journey.places}`, 100), description: "Made by npm run demo" },
  });
  const datasetId = dataset.body.id;
  say(datasetId);

  await upload(api, cookie, datasetId, journey.files);
  await ingested(api, cookie, datasetId);

  step("Create an API key");
  const key = await api.call("Creating the key", made.extend({ key: z.string(), prefix: z.string() }), {
    method: "POST",
    path: "/api/v1/keys",
    caller: owner,
    body: { name: "demo", scopes: ["mcp:tools"], expiresInDays: 1 },
  });
  say(`${key.body.prefix}… (scope mcp:tools, for a day)`);
  const apiKey = key.body.key;

  const query = journey.query ?? findQuery(journey.files);
  if (query === null)
    throw new DemoFailure(`The files hold no words to ask for; give some with --query "…".`);
  const overRest = await askOverRest(api, apiKey, datasetId, query);
  const overMcp = await askOverMcp(api, apiKey, datasetId, query);
  const ids = (answer: Answer) => answer.hits.map(({ chunkId }) => chunkId).join();
  if (ids(overRest) !== ids(overMcp)) throw new DemoFailure("REST and MCP answered with different hits.");

  await account(api, cookie, overMcp);
  await revoke(api, cookie, { id: key.body.id, apiKey, datasetId, query });
  if (journey.lasting) {
    say(`\nLook at it in the browser: ${api.url}/sign-in as ${email}, password ${password}`);
  }
}

async function signUp(api: Api, setupCode: string | null) {
  step("Sign up");
  const email = `demo-${randomBytes(4).toString("hex")}@example.com`;
  const password = randomBytes(12).toString("base64url");
  const { headers } = await api.call("Signing up", z.object({}), {
    method: "POST",
    path: "/api/auth/sign-up/email",
    body: { name: "Demo", email, password, ...(setupCode === null ? {} : { setupCode }) },
  });
  const cookie = headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ");
  const { body } = await api.call("Reading the balance", z.object({ balance: z.int() }), {
    path: "/api/v1/credits",
    caller: { cookie },
  });
  say(`${email}, with ${body.balance.toLocaleString("en")} credits`);
  return { email, password, cookie };
}

async function upload(api: Api, cookie: string, datasetId: string, files: readonly Found[]): Promise<void> {
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  step(`Upload ${files.length} files (${size(bytes)})`);
  let sent = 0;
  let duplicates = 0;
  for (const batch of batches(files)) {
    const { body } = await api.call("Uploading", uploadedSchema, {
      method: "POST",
      path: `/api/v1/datasets/${datasetId}/documents`,
      caller: { cookie },
      body: formOf(batch),
    });
    const documents = "items" in body ? body.items : [body];
    duplicates += documents.filter(({ duplicate }) => duplicate).length;
    sent += batch.length;
    say(`${sent} of ${files.length} sent`);
  }
  if (duplicates > 0) say(`${duplicates} were there already, with the same content`);
}

async function ingested(api: Api, cookie: string, datasetId: string): Promise<void> {
  step("Wait until they can be searched");
  const deadline = Date.now() + ingestionTimeoutMs;
  let last = "";
  for (let pauseMs = 200; ; pauseMs = Math.min(pauseMs * 1.5, 2_000)) {
    const { body } = await api.call("Reading the dataset", progressSchema, {
      path: `/api/v1/datasets/${datasetId}`,
      caller: { cookie },
    });
    const { queued, processing, ready, failed } = body.documents;
    const line = `${queued} queued, ${processing} processing, ${ready} ready, ${failed} failed`;
    if (line !== last) say(line);
    last = line;
    if (queued + processing === 0) {
      if (failed > 0) await explainFailures(api, cookie, datasetId, failed);
      if (ready === 0) throw new DemoFailure("None of the documents could be read.");
      say(`${body.chunkCount} passages`);
      return;
    }
    if (Date.now() > deadline) throw new DemoFailure("The documents were not ready in time.");
    await sleep(pauseMs);
  }
}

async function explainFailures(api: Api, cookie: string, datasetId: string, count: number): Promise<void> {
  const { body } = await api.call("Reading the failures", failedSchema, {
    path: `/api/v1/datasets/${datasetId}/documents?state=failed&limit=${shownFailures}`,
    caller: { cookie },
  });
  for (const { title, reason } of body.items) say(`failed: ${title}: ${reason ?? "no reason given"}`);
  if (count > body.items.length) say(`and ${count - body.items.length} more`);
}

async function askOverRest(api: Api, apiKey: string, datasetId: string, query: string): Promise<Answer> {
  const parameters = new URLSearchParams({ query, topK: String(hits) });
  const path = `/api/v1/mcp/query/${datasetId}/default?${parameters}`;
  step("Ask over REST");
  say(`curl -H "X-API-Key: …" "${api.url}${path}"`);
  const { body, headers } = await api.call("The query", answerSchema, { path, caller: { apiKey } });
  if (body.hits.length === 0) throw new DemoFailure(`Nothing was found for "${query}".`);
  printHits(body.hits);
  const header = (name: string) => headers.get(name) ?? "?";
  say(`charged   ${header("X-Credits-Charged")} credits, ${header("X-Credits-Remaining")} left`);
  const resetAt = new Date(Number(header("X-RateLimit-Reset")) * 1000);
  const reset = Number.isNaN(resetAt.getTime()) ? "?" : resetAt.toISOString();
  say(
    `limit     ${header("X-RateLimit-Remaining")} of ${header("X-RateLimit-Limit")} calls left; the oldest frees ${reset}`,
  );
  say(`receipt   ${header("X-Receipt-Id")}`);
  return body;
}

async function askOverMcp(api: Api, apiKey: string, datasetId: string, query: string): Promise<Answer> {
  step("Ask over MCP, with the official client");
  const transport = new StreamableHTTPClientTransport(new URL(`${api.url}/api/mcp`), {
    requestInit: { headers: { "X-API-Key": apiKey } },
  });
  const client = new Client(
    { name: "fltr-demo", version: "1.0.0" },
    { versionNegotiation: { mode: "auto" } },
  );
  try {
    await client.connect(transport);
    const { tools } = await client.listTools();
    say(`${api.url}/api/mcp, tools: ${tools.map(({ name }) => name).join(", ")}`);
    const result = await client.callTool({
      name: "query_dataset",
      arguments: { datasetId, query, topK: hits },
    });
    const answer = answerSchema.safeParse(result.structuredContent);
    if (result.isError || !answer.success) {
      throw new DemoFailure(`The tool query_dataset failed: ${JSON.stringify(result.content)}.`);
    }
    printHits(answer.data.hits);
    const { [meterKey]: meter } = metaSchema.parse(result._meta);
    say(`charged   ${meter.charged} credits, ${meter.balance ?? "?"} left`);
    say(`limit     ${meter.remaining ?? "?"} of ${meter.limit ?? "?"} calls left`);
    say(`receipt   ${meter.receiptId ?? "?"}`);
    return answer.data;
  } catch (error) {
    if (error instanceof DemoFailure) throw error;
    throw new DemoFailure(
      `The MCP client failed: ${error instanceof Error ? error.message : String(error)}.`,
    );
  } finally {
    await client.close();
  }
}

async function account(api: Api, cookie: string, answer: Answer): Promise<void> {
  step("What the owner sees");
  const caller = { cookie };
  const { body: credits } = await api.call("Reading the balance", z.object({ balance: z.int() }), {
    path: "/api/v1/credits",
    caller,
  });
  say(`balance   ${credits.balance.toLocaleString("en")} credits`);
  if (answer.receiptId === null) return;
  const { body: receipt } = await api.call("Reading the receipt", receiptSchema, {
    path: `/api/v1/receipts/${answer.receiptId}`,
    caller,
  });
  say(`receipt   ${receipt.id}: "${receipt.query ?? ""}" passages read: ${receipt.hitCount}`);
}

async function revoke(
  api: Api,
  cookie: string,
  key: { id: string; apiKey: string; datasetId: string; query: string },
): Promise<void> {
  step("Revoke the key");
  await api.call("Revoking the key", z.null(), {
    method: "DELETE",
    path: `/api/v1/keys/${key.id}`,
    caller: { cookie },
  });
  const parameters = new URLSearchParams({ query: key.query });
  const path = `/api/v1/mcp/query/${key.datasetId}/default?${parameters}`;
  const refused = await api.send("GET", path, { apiKey: key.apiKey });
  if (refused.status !== 401) {
    throw new DemoFailure(`The revoked key was answered with ${refused.status} instead of 401.`);
  }
  say("its next call is refused with 401");
}
