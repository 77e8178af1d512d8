/**
 * What calls came to, by day and by what the caller wants to compare: apps and keys, datasets, operations.
 * Read from the receipts, and of those that were removed from the sums they left. A key or app that sees
 * only its own receipts sees only its own usage.
 */
import { z } from "zod";
import { query } from "#db/client.ts";
import { callerOf } from "../admission.ts";
import { idField } from "../fields.ts";
import { firstIdOf } from "../ids.ts";
import { datasetOf } from "../receipt.ts";
import { procedure } from "../trpc.ts";

const longestDays = 400;
const dayField = z.iso.date().describe("YYYY-MM-DD, in timeZone");

const groupings = ["none", "credential", "dataset", "operation"] as const;
type Grouping = (typeof groupings)[number];

/** What stands for a row's group, in receipts and in the sums alike. */
const groupSql: Record<Grouping, { key: string; name: string }> = {
  none: { key: "''", name: "null::text" },
  credential: {
    key: "credential_kind || ':' || credential_id",
    name: `case split_part(added.key, ':', 1)
      when 'apiKey' then (select name from apikey where id = substr(added.key, 8))
      when 'connection' then (select name from connections where id = substr(added.key, 12)) end`,
  },
  dataset: {
    key: "dataset_id",
    name: "(select name from datasets where id = added.key and deleted_at is null)",
  },
  operation: { key: "operation", name: "null::text" },
};

const usageSchema = z.object({
  items: z
    .array(
      z.object({
        day: z.string(),
        group: z
          .string()
          .describe(
            "kind:id of a credential, id of a dataset, name of an operation; empty: several, or none",
          ),
        name: z.string().nullable().describe("Of the key, app or dataset; null: it has none, or is gone"),
        calls: z.int(),
        emptyCalls: z.int().describe("Of these, those that found nothing and cost nothing"),
        creditsCharged: z.int(),
      }),
    )
    .describe("By day, then by what it cost; days without calls are left out"),
  calls: z.int(),
  creditsCharged: z.int(),
});

export const getUsage = procedure("usage.get", {
  input: z
    .strictObject({
      from: dayField,
      to: dayField.describe("The last day, included"),
      groupBy: z.enum(groupings).default("none"),
      timeZone: z
        .string()
        .max(60)
        .default("UTC")
        .refine(isTimeZone, "is not a time zone, such as Europe/Berlin")
        .describe("In which days begin and end"),
      credentialId: idField.optional().describe("Calls of this key or connection"),
      datasetId: idField.optional().describe("Calls that read this dataset and no other"),
    })
    .refine(({ from, to }) => from <= to, { path: ["to"], error: "must not be before from" })
    .refine(({ from, to }) => Date.parse(to) - Date.parse(from) < longestDays * 86_400_000, {
      path: ["from"],
      error: `must be less than ${longestDays} days before to`,
    }),
  output: usageSchema,
}).query(async ({ ctx, input }) => {
  const caller = callerOf(ctx);
  const ownOnly = caller.kind === "connection" || !caller.access.allDatasets;
  const { key, name } = groupSql[input.groupBy];
  const rows = await query<z.output<typeof usageSchema>["items"][number]>(
    `with call as (
       select (created_at at time zone $4)::date as day, credential_kind,
         case credential_kind when 'session' then '' else credential_id end as credential_id, operation,
         ${datasetOf("r")} as dataset_id, 1 as calls, (outcome = 'empty')::int as empty_calls, credits_charged
       from receipts r
       where account_id = $1 and id >= $5 and created_at >= $2::date::timestamp at time zone $4
         and created_at < ($3::date + 1)::timestamp at time zone $4 and ($6::text is null or credential_id = $6)
       union all
       select day, credential_kind, case credential_kind when 'session' then '' else credential_id end,
         operation, dataset_id, calls, empty_calls, credits_charged
       from usage_days
       where account_id = $1 and day between $2::date and $3::date and ($6::text is null or credential_id = $6)
     ), added as (
       select day, ${key} as key, sum(calls)::int as calls, sum(empty_calls)::int as empty_calls,
         sum(credits_charged)::bigint as credits_charged
       from call where $7::text is null or dataset_id = $7
       group by 1, 2
     )
     select to_char(day, 'YYYY-MM-DD') as day, key as "group", ${name} as name, calls,
       empty_calls as "emptyCalls", credits_charged as "creditsCharged"
     from added order by day, credits_charged desc, key`,
    [
      caller.accountId,
      input.from,
      input.to,
      input.timeZone,
      // A day earlier than the earliest time zone begins it.
      firstIdOf("rcpt", Date.parse(input.from) - 2 * 86_400_000),
      ownOnly ? caller.credentialId : (input.credentialId ?? null),
      input.datasetId ?? null,
    ],
  );
  return {
    items: rows,
    calls: rows.reduce((sum, { calls }) => sum + calls, 0),
    creditsCharged: rows.reduce((sum, { creditsCharged }) => sum + creditsCharged, 0),
  };
});

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
