/** Which limits bind a call: its tier's, and its operation's own. Pure; the numbers are the table's. */
import { env } from "#env";
import { isAllowlisted } from "./client-address.ts";
import {
  badCredentialLimit,
  balanceMultipliers,
  type OperationId,
  operation,
  roleMultipliers,
  tierNames,
  tiers,
} from "./operations.ts";
import type { Identity, Principal } from "./principal.ts";
import type { Limit } from "./rate-limit.ts";

export type Caller = { readonly address: string; readonly exactAddress: string; readonly identity: Identity };

/** Empty for an address that the operator exempted. `id` null: a request that is no operation. */
export function limitsOf(caller: Caller, id: OperationId | null): Limit[] {
  if (isAllowlisted(caller.exactAddress, env.RATE_LIMIT_ALLOWLIST)) return [];
  const { principal } = caller.identity;
  const row = id === null ? null : operation(id);
  const cost = row?.weight ?? 1;
  const kind = principal?.kind ?? "anonymous";
  const subject = principal ? `account:${principal.accountId}` : `address:${caller.address}`;
  const tier = tiers[kind];
  return [
    {
      name: tierNames[kind],
      subject,
      points: principal
        ? pointsOf(principal, tierNames[kind], tier.points * multiplierOf(principal))
        : tier.points,
      windowSeconds: tier.windowSeconds,
      cost,
    },
    ...(principal ? ownLimit(principal, cost) : []),
    ...(row?.limit && id !== null
      ? [{ name: id, subject, ...row.limit, points: pointsOf(principal, id, row.limit.points), cost }]
      : []),
  ];
}

/** What the owner lets this key or connection do, or what an admin set for it. */
function ownLimit({ kind, credentialId, accountId, access, overrides }: Principal, cost: number): Limit[] {
  const points = overrides[`${kind}:${credentialId}`] ?? access.callsPerHour;
  return points === null ? [] : [credentialLimit({ kind, credentialId, accountId }, points, cost)];
}

/** A key's or connection's own limit. */
export function credentialLimit(
  { kind, credentialId, accountId }: Pick<Principal, "kind" | "credentialId" | "accountId">,
  points: number,
  cost: number,
): Limit {
  const name = `${kind}:${credentialId}`;
  return { name, subject: `account:${accountId}`, points, windowSeconds: 3600, cost };
}

/** Counts an address's bad credentials; cost 0 looks. */
export function badCredentials(address: string, cost: 0 | 1): Limit {
  return { name: "badCredentials", subject: `address:${address}`, ...badCredentialLimit, cost };
}

/** What an admin set for the account goes before the table. */
function pointsOf(principal: Principal | null, name: string, points: number): number {
  return principal?.overrides[name] ?? points;
}

function multiplierOf({ role, balance }: Principal): number {
  const byBalance = balanceMultipliers.find(({ fromCredits }) => balance >= fromCredits)?.multiplier ?? 1;
  return Math.max(roleMultipliers[role], byBalance);
}
