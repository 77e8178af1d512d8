import { expect, test } from "vitest";
import { query } from "#db/client.ts";
import { forgetLapsed } from "./forget-lapsed.ts";
import { createTestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";

setUpTestDatabase();

async function addClient(id: string, ageDays: number, updatedDays = ageDays): Promise<void> {
  await query(
    `insert into oauth_client (id, client_id, redirect_uris, created_at, updated_at)
     values ($1, $1, '{}', now() - make_interval(days => $2::int), now() - make_interval(days => $3::int))`,
    [id, ageDays, updatedDays],
  );
}

test("clients that nobody connected are forgotten after a day, former ones after 90", async () => {
  const { userId } = await createTestAccount();
  await addClient("fresh", 0);
  await addClient("unused", 2);
  await addClient("former", 60, 50);
  await addClient("longGone", 200, 91);
  await addClient("connected", 300, 200);
  await query(
    `insert into connections (id, account_id, client_id, name, scopes, tokens_from)
     values ('conn_1', $1, 'connected', 'App', '{mcp:query}', now())`,
    [userId],
  );
  await forgetLapsed();
  const left = await query<{ client_id: string }>("select client_id from oauth_client order by 1");
  expect(left.map(({ client_id }) => client_id)).toEqual(["connected", "former", "fresh"]);
});
