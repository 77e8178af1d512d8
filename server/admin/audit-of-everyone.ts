/** The audit log of all accounts, with the names of what its ids stand for, as far as that is still there. */
import { z } from "zod";
import { query } from "#db/client.ts";
import { auditInput, auditSchema, listEvents } from "../audit.ts";
import { pageOf } from "../pages.ts";
import { procedure } from "../trpc.ts";

const namedSchema = auditSchema
  .extend({
    names: z
      .record(z.string(), z.string())
      .describe("By id: a user's e-mail address, a key's, an app's or a connection's name"),
  })
  .meta({ id: "NamedAuditEvent" });

export const auditOfEveryone = procedure("admin.audit", {
  input: auditInput,
  output: pageOf(namedSchema),
}).query(async ({ input }) => {
  const { items, nextCursor } = await listEvents(null, input);
  const idsOf = ({ accountId, actorId, subjectId }: (typeof items)[number]) =>
    [accountId, actorId, subjectId].filter((id) => id !== null);
  const names = await namesOf([...new Set(items.flatMap(idsOf))]);
  return {
    items: items.map((event) => ({
      ...event,
      names: Object.fromEntries(
        idsOf(event).flatMap((id) => {
          const name = names.get(id);
          return name === undefined ? [] : [[id, name]];
        }),
      ),
    })),
    nextCursor,
  };
});

async function namesOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await query<{ id: string; name: string }>(
    `select id, email as name from "user" where id = any($1::text[])
     union all select id, coalesce(name, start) from apikey where id = any($1::text[])
     union all select id, name from connections where id = any($1::text[])
     union all select client_id, coalesce(name, client_id) from oauth_client where client_id = any($1::text[])`,
    [ids],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}
