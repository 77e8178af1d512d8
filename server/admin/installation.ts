/** How the installation is: its parts, the policy in force, what limits refuse, and where apps drop out. */
import { z } from "zod";
import { query } from "#db/client.ts";
import { env } from "#env";
import { timeField } from "../fields.ts";
import { partStateNames, parts, readHealth } from "../installation-health.ts";
import {
  balanceMultipliers,
  operation,
  operationIds,
  roleMultipliers,
  signUpGrant,
  tiers,
} from "../operations.ts";
import { procedure } from "../trpc.ts";

export const health = procedure("admin.health", {
  input: z.strictObject({}),
  output: z.object({
    items: z.array(
      z
        .object({
          part: z.enum(parts),
          state: z.enum(partStateNames).describe("slow: it works, but somebody waits"),
          detail: z.string().describe("What that means, in a sentence"),
          since: timeField.describe("When the state was first seen"),
          checkedAt: timeField,
        })
        .meta({ id: "PartState" }),
    ),
  }),
}).query(async () => {
  const states = await readHealth();
  return {
    items: states.map(({ since, checkedAt, ...state }) => ({
      ...state,
      since: since.toISOString(),
      checkedAt: checkedAt.toISOString(),
    })),
  };
});

const limitShape = z.object({ name: z.string(), points: z.int(), windowSeconds: z.int() });
const mostOverrides = 200;

export const policy = procedure("admin.policy", {
  input: z.strictObject({}),
  output: z.object({
    tiers: z.array(limitShape).describe("Calls in any window, by who calls"),
    roles: z.record(z.string(), z.int()).describe("What the tiers are multiplied by, by role"),
    balances: z
      .array(z.object({ fromCredits: z.int(), multiplier: z.int() }))
      .describe("The same by balance; the larger one counts"),
    operations: z
      .array(
        z.object({
          id: z.string(),
          summary: z.string(),
          priceCredits: z.int(),
          perItem: z.boolean().describe("Each item of the call counts and costs as a call"),
          limit: limitShape.omit({ name: true }).nullable().describe("Its own limit, besides the tier's"),
        }),
      )
      .describe("Those that cost something or have a limit of their own"),
    signUpGrant: z.int().describe("Credits of a new account"),
    allowlist: z
      .array(z.string())
      .describe("Addresses and ranges that no limit binds (RATE_LIMIT_ALLOWLIST)"),
    overrides: z
      .array(
        z.object({
          userId: z.string(),
          email: z.string(),
          name: z.string(),
          points: z.int(),
          reason: z.string(),
          createdAt: timeField,
        }),
      )
      .describe(`What admins set for single accounts, newest first, at most ${mostOverrides}`),
  }),
}).query(async () => {
  const overrides = await query<{
    userId: string;
    email: string;
    name: string;
    points: number;
    reason: string;
    createdAt: string | Date;
  }>(
    `select o.account_id as "userId", u.email, o.name, o.points, o.reason, o.created_at as "createdAt"
     from limit_overrides o join "user" u on u.id = o.account_id order by o.created_at desc limit $1::int`,
    [mostOverrides],
  );
  return {
    tiers: Object.entries(tiers).map(([name, limit]) => ({ name, ...limit })),
    roles: roleMultipliers,
    balances: [...balanceMultipliers],
    operations: operationIds.flatMap((id) => {
      const { summary, priceCredits, perItem, limit } = operation(id);
      if (priceCredits === 0 && !limit) return [];
      return [{ id, summary, priceCredits, perItem: perItem !== undefined, limit: limit ?? null }];
    }),
    signUpGrant,
    allowlist: [...env.RATE_LIMIT_ALLOWLIST],
    overrides: overrides.map((row) => ({ ...row, createdAt: new Date(row.createdAt).toISOString() })),
  };
});

const mostCauses = 50;

export const refusalRate = procedure("admin.refusals", {
  input: z.strictObject({ hours: z.int().min(1).max(720).default(24) }),
  output: z.object({
    refused: z.int().describe("Calls of known callers that a limit refused"),
    answered: z.int().describe("Calls that read something or cost something in the same time"),
    hours: z
      .array(z.object({ hour: timeField, refused: z.int(), answered: z.int() }))
      .describe("By hour, oldest first; hours without calls are left out"),
    causes: z
      .array(
        z.object({
          userId: z.string(),
          email: z.string().nullable(),
          limit: z.string(),
          operation: z.string().nullable().describe("null: a request that is no operation"),
          refused: z.int(),
          lastAt: timeField,
        }),
      )
      .describe(`Who ran into which limit, the most refused first, at most ${mostCauses}`),
  }),
}).query(async ({ input: { hours } }) => {
  const byHour = await query<{ hour: string | Date; refused: number; answered: number }>(
    `with refused as (
       select hour, sum(count)::int as n from refusals
       where hour > now() - make_interval(hours => $1::int) group by hour
     ), answered as (
       select date_trunc('hour', created_at) as hour, count(*)::int as n from receipts
       where created_at > now() - make_interval(hours => $1::int) group by 1
     )
     select coalesce(r.hour, a.hour) as hour, coalesce(r.n, 0) as refused, coalesce(a.n, 0) as answered
     from refused r full join answered a on a.hour = r.hour order by 1`,
    [hours],
  );
  const causes = await query<{
    userId: string;
    email: string | null;
    limit: string;
    operation: string;
    refused: number;
    lastAt: string | Date;
  }>(
    `select r.account_id as "userId", u.email, r.limit_name as "limit", r.operation, sum(r.count)::int as refused,
       max(r.last_at) as "lastAt"
     from refusals r left join "user" u on u.id = r.account_id
     where r.hour > now() - make_interval(hours => $1::int)
     group by r.account_id, u.email, r.limit_name, r.operation order by refused desc, "lastAt" desc limit $2::int`,
    [hours, mostCauses],
  );
  const sum = (key: "refused" | "answered") => byHour.reduce((total, row) => total + row[key], 0);
  return {
    refused: sum("refused"),
    answered: sum("answered"),
    hours: byHour.map((row) => ({ ...row, hour: new Date(row.hour).toISOString() })),
    causes: causes.map((row) => ({
      ...row,
      operation: row.operation || null,
      lastAt: new Date(row.lastAt).toISOString(),
    })),
  };
});

const funnelSteps = ["registered", "asked", "shown", "allowed", "called"] as const;

export const funnel = procedure("admin.funnel", {
  input: z.strictObject({ days: z.int().min(1).max(365).default(30) }),
  output: z.object({
    steps: z
      .array(z.object({ step: z.enum(funnelSteps), clients: z.int() }))
      .describe("Of the apps that registered in these days, how many got so far"),
    denied: z.int().describe("Of those that were shown, how many somebody refused and nobody allowed"),
    stopped: z
      .array(
        z.object({
          clientId: z.string(),
          name: z.string().nullable(),
          registeredAt: timeField,
          lastStep: z.enum(funnelSteps),
          denied: z.boolean(),
        }),
      )
      .describe("Apps that never made a call, newest first, at most 50"),
  }),
}).query(async ({ input: { days } }) => {
  const clients = await query<{
    clientId: string;
    name: string | null;
    registeredAt: string | Date;
    steps: string[];
    called: boolean;
  }>(
    `with registered as (
       select client_id, name, created_at from oauth_client
       where not coalesce('client_credentials' = any(grant_types), false)
       union all
       select client_id, name, at from client_steps s
       where step = 'registered' and not exists (select from oauth_client c where c.client_id = s.client_id)
     )
     select r.client_id as "clientId", r.name, r.created_at as "registeredAt",
       array(select s.step from client_steps s where s.client_id = r.client_id) as steps,
       exists (select from connections n where n.client_id = r.client_id and n.last_used_at is not null) as called
     from registered r where r.created_at > now() - make_interval(days => $1::int)
     order by r.created_at desc`,
    [days],
  );
  const reached = clients.map(({ steps, called, ...client }) => {
    const got = new Set<string>(called ? funnelSteps : ["registered", ...steps]);
    // Whoever was allowed was also asked: an app by device code is shown without asking by a browser.
    const last = funnelSteps.findLastIndex((step) => got.has(step));
    return { ...client, last, denied: got.has("denied") && !got.has("allowed") };
  });
  return {
    steps: funnelSteps.map((step, index) => ({
      step,
      clients: reached.filter(({ last }) => last >= index).length,
    })),
    denied: reached.filter(({ denied }) => denied).length,
    stopped: reached
      .filter(({ last }) => last < funnelSteps.length - 1)
      .slice(0, 50)
      .map(({ last, registeredAt, ...client }) => ({
        ...client,
        registeredAt: new Date(registeredAt).toISOString(),
        lastStep: funnelSteps[last] ?? "registered",
      })),
  };
});
