/** The stream of changes: what happened elsewhere is told within moments, to its own account, while its session stands. */
import { expect, it } from "vitest";
import { query } from "#db/client.ts";
import { createTestAccount, rest, type TestAccount } from "../testing/accounts.ts";
import { setUpTestDatabase } from "../testing/database.ts";
import { handleTrpc } from "../trpc-handler.ts";

setUpTestDatabase();

function open(headers: Record<string, string>, signal?: AbortSignal): Promise<Response> {
  const init = { headers: { accept: "text/event-stream", ...headers }, ...(signal ? { signal } : {}) };
  return handleTrpc(new Request("http://localhost:3000/api/trpc/live.changes", init));
}

/** What is told, one event after another; `null` once the stream has ended. */
async function listen({ cookie }: TestAccount) {
  const leave = new AbortController();
  const response = await open({ cookie }, leave.signal);
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = "";
  const next = async (): Promise<{ event: string; data: Record<string, unknown> } | null> => {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end >= 0) {
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        const data = /^data: (.*)$/m.exec(block)?.[1];
        const event = /^event: (.*)$/m.exec(block)?.[1] ?? "message";
        if (data && event !== "connected") return { event, data: JSON.parse(data) };
        continue;
      }
      const { done, value } = await reader.read();
      if (done) return null;
      text += decoder.decode(value, { stream: true });
    }
  };
  const until = async (topic: string) => {
    for (let event = await next(); event; event = await next()) {
      if (Array.isArray(event.data.topics) && event.data.topics.includes(topic)) return event.data;
    }
    throw new Error(`The stream ended without ${topic}.`);
  };
  return { next, until, leave: () => leave.abort() };
}

it("tells an account what changed, and nothing of others", async () => {
  const owner = await createTestAccount();
  const stranger = await createTestAccount();
  const heard = await listen(owner);
  expect((await heard.next())?.data).toMatchObject({ topics: [], limit: { used: expect.any(Number) } });

  await stranger.setBalance(1);
  await owner.setBalance(500);
  expect((await heard.until("credits")).topics).toEqual(["credits"]);

  const { body } = await rest("POST", "/datasets", { cookie: owner.cookie }, { name: "Stones" });
  await rest(
    "POST",
    `/datasets/${body.id}/documents`,
    { cookie: owner.cookie },
    { title: "Rocks", text: "Granite." },
  );
  await heard.until("documents");

  await query(
    `insert into connections (id, account_id, client_id, name, scopes, tokens_from) values ('con_live', $1, 'c', 'Reader', '{}', now())`,
    [owner.userId],
  );
  await heard.until("connections");
  heard.leave();
});

it("ends with its session, and with a ban", async () => {
  const owner = await createTestAccount();
  const heard = await listen(owner);
  await heard.next();
  await query('update "user" set banned = true where id = $1', [owner.userId]);
  const last = await heard.next();
  expect(last).toMatchObject({ event: "serialized-error", data: { data: { code: "invalid_credential" } } });
  expect(await heard.next()).toBeNull();
});

it("is for browsers alone", async () => {
  const { createKey } = await createTestAccount();
  const { key } = await createKey();
  expect(await (await open({ "x-api-key": key })).text()).toContain("session_required");
  expect(await (await open({})).text()).toContain("session_required");
});
