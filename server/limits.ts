/** Which limits bind a call: its tier's, and its operation's own. Pure; the numbers are the table's. */
import { createHash } from "node:crypto";
import { z } from "zod";
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
  const tierLimit = {
    name: tierNames[kind],
    subject,
    points: principal
      ? pointsOf(principal, tierNames[kind], tier.points * multiplierOf(principal))
      : tier.points,
    windowSeconds: tier.windowSeconds,
    cost,
  };
  return [
    ...(row?.limit && id !== null && ignoresCredentials(id) ? [] : [tierLimit]),
    ...(principal ? ownLimit(principal, cost) : []),
    ...(row?.limit && id !== null
      ? [{ name: id, subject, ...row.limit, points: pointsOf(principal, id, row.limit.points), cost }]
      : []),
  ];
}

/** True where no credential is looked at: for signing in, one that has expired must not be in the way. */
export function ignoresCredentials(id: OperationId): boolean {
  return operation(id).callers.every((kind) => kind === "anonymous");
}

/**
 * The limit for the value of one input field, from one address. Null for a row that has none, and for an
 * address that the operator exempted.
 */
export function limitOfValue(
  { address, exactAddress }: Pick<Caller, "address" | "exactAddress">,
  id: OperationId,
  input: unknown,
): Limit | null {
  const { limitEach } = operation(id);
  if (!limitEach || isAllowlisted(exactAddress, env.RATE_LIMIT_ALLOWLIST)) return null;
  const { field, points, windowSeconds } = limitEach;
  const value = z.record(z.string(), z.unknown()).parse(input)[field];
  const hash = createHash("sha256").update(String(value).toLowerCase()).digest("base64url");
  return { name: `${id}:${field}`, subject: `address:${address}:${hash}`, points, windowSeconds, cost: 1 };
}

/** What the owner lets this key or connection do, or what an admin set for it. */
function ownLimit({ kind, credentialId, accountId, access, overrides }: Principal, cost: number): Limit[] {
  const points = overrides[credentialLimitName({ kind, credentialId })] ?? access.callsPerHour;
  return points === null ? [] : [credentialLimit({ kind, credentialId, accountId }, points, cost)];
}

/** A key's or connection's own limit. */
export function credentialLimit(
  { kind, credentialId, accountId }: Pick<Principal, "kind" | "credentialId" | "accountId">,
  points: number,
  cost: number,
): Limit {
  const name = credentialLimitName({ kind, credentialId });
  return { name, subject: `account:${accountId}`, points, windowSeconds: 3600, cost };
}

/** A login stands among the connections. */
function credentialLimitName({ kind, credentialId }: Pick<Principal, "kind" | "credentialId">): string {
  return `${kind === "login" ? "connection" : kind}:${credentialId}`;
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
