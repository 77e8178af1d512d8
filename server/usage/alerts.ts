/**
 * What needs its owner's eye now, derived anew at each look from what is stored: an alert goes when its cause
 * does. Most urgent first.
 */
import { z } from "zod";
import { query } from "#db/client.ts";
import { callerOf } from "../admission.ts";
import { timeField } from "../fields.ts";
import { defaultLowThreshold } from "../operations.ts";
import { procedure } from "../trpc.ts";

const nearlyUsedPercent = 80;
const expiringDays = 7;
const reuseDays = 7;
const failureDays = 7;
/** Refusals of one cause within a day that are more than a moment's rush. */
const manyRefusals = 5;

const kinds = [
  "tokenReused",
  "callPaused",
  "lowBalance",
  "budgetNearlyUsed",
  "limitReached",
  "documentsFailed",
  "keyExpires",
  "connectionExpires",
] as const;

const alertSchema = z
  .object({
    kind: z.enum(kinds),
    subjectId: z.string().nullable().describe("The key, connection or dataset it is about"),
    name: z.string().nullable(),
    /** Percent of a budget, credits left, documents failed, calls refused or paused. */
    amount: z
      .int()
      .nullable()
      .describe("Percent used, credits left, documents failed, calls refused or calls paused"),
    limit: z
      .string()
      .nullable()
      .describe("Name of the limit, period of the budget, or kind of the credential whose call is paused"),
    at: timeField.describe("When it happened, or will"),
  })
  .meta({ id: "Alert" });

const statement = `
with alert(kind, subject_id, name, amount, limit_name, at) as (
  select distinct on (subject_id) 'tokenReused', subject_id, (select c.name from connections c where c.id = subject_id), null::bigint, null::text, created_at
  from (
    select subject_id, created_at from audit_events
    where account_id = $1 and event in ('connections.codeReused', 'connections.refreshTokenReused', 'logins.refreshTokenReused')
      and created_at > now() - interval '${reuseDays} days'
    order by subject_id, created_at desc
  ) as reused
  union all
  select 'callPaused', credential_id, coalesce(max(k.name), max(c.name)), count(*), credential_kind, max(p.created_at)
  from call_pauses p left join apikey k on k.id = p.credential_id left join connections c on c.id = p.credential_id
  where p.account_id = $1 and p.resumed_at is null and p.expires_at > now()
  group by credential_id, credential_kind
  union all
  select 'lowBalance', null, null, a.balance, null, now()
  from credit_accounts a left join credit_settings s on s.account_id = a.id
  where a.id = $1 and a.balance < coalesce(s.low_threshold, $2::bigint)
  union all
  select 'budgetNearlyUsed', b.credential_id, coalesce(k.name, c.name), b.used * 100 / b.amount, b.period, now()
  from budgets b left join apikey k on k.id = b.credential_id left join connections c on c.id = b.credential_id
  where b.account_id = $1 and b.period_start >= budget_period_start(b.period) and b.amount > 0
    and b.used * 100 >= b.amount * ${nearlyUsedPercent} and (k.id is not null or c.id is not null)
  union all
  select 'limitReached', credential_id, coalesce(max(k.name), max(c.name)), sum(count), limit_name, max(last_at)
  from refusals r left join apikey k on k.id = r.credential_id left join connections c on c.id = r.credential_id
  where r.account_id = $1 and hour > now() - interval '1 day'
  group by credential_id, limit_name having sum(count) >= ${manyRefusals}
  union all
  select 'documentsFailed', s.id, s.name, count(*), null, max(d.updated_at)
  from datasets s join documents d on d.dataset_id = s.id and d.state = 'failed'
  where s.owner_id = $1 and d.updated_at > now() - interval '${failureDays} days'
  group by s.id, s.name
  union all
  select 'keyExpires', id, name, null, null, expires_at from apikey
  where reference_id = $1 and expires_at between now() and now() + interval '${expiringDays} days'
  union all
  select 'connectionExpires', id, name, null, null, expires_at from connections
  where account_id = $1 and not login and expires_at between now() and now() + interval '${expiringDays} days'
)
select kind, subject_id as "subjectId", name, amount::int as amount, limit_name as "limit", at from alert
order by array_position($3::text[], kind), at desc limit 50`;

export const listAlerts = procedure("alerts.list", {
  input: z.strictObject({}),
  output: z.object({ items: z.array(alertSchema) }),
}).query(async ({ ctx }) => {
  const rows = await query<z.output<typeof alertSchema>>(statement, [
    callerOf(ctx).accountId,
    defaultLowThreshold,
    `{${kinds.join(",")}}`,
  ]);
  return { items: rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() })) };
});
