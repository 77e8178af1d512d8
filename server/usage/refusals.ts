/** The history of what limits refused: when, which limit, and what ran into it. */
import { z } from "zod";
import { query } from "#db/client.ts";
import { callerOf } from "../admission.ts";
import { timeField } from "../fields.ts";
import { procedure } from "../trpc.ts";

const refusalSchema = z
  .object({
    hour: timeField.describe("Beginning of the hour in which calls were refused"),
    limit: z.string().describe("The tier, the operation whose own limit it is, or kind:id of a credential"),
    credentialKind: z.string(),
    credentialId: z.string(),
    credentialName: z.string().nullable().describe("Of the key or app; null: a browser, or it is gone"),
    operation: z.string().nullable(),
    count: z.int(),
    lastAt: timeField,
  })
  .meta({ id: "Refusal" });

const statement = `
  select r.hour, r.limit_name as "limit", r.credential_kind as "credentialKind", r.credential_id as "credentialId",
    coalesce(k.name, c.name) as "credentialName", nullif(r.operation, '') as operation, r.count, r.last_at as "lastAt"
  from refusals r
  left join apikey k on r.credential_kind = 'apiKey' and k.id = r.credential_id
  left join connections c on r.credential_kind = 'connection' and c.id = r.credential_id
  where r.account_id = $1 and r.hour > now() - make_interval(days => $2::int)
  order by r.last_at desc, r.limit_name, r.credential_id, r.operation
  limit 200`;

export const listRefusals = procedure("limits.refusals", {
  input: z.strictObject({ days: z.int().min(1).max(90).default(7) }),
  output: z.object({ items: z.array(refusalSchema).describe("Newest first, at most 200") }),
}).query(async ({ ctx, input }) => {
  const rows = await query<z.output<typeof refusalSchema>>(statement, [callerOf(ctx).accountId, input.days]);
  return {
    items: rows.map((row) => ({
      ...row,
      hour: new Date(row.hour).toISOString(),
      lastAt: new Date(row.lastAt).toISOString(),
    })),
  };
});
