import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/router.ts";

export type Connection = inferRouterOutputs<AppRouter>["connections"]["list"]["items"][number];

/** A machine has no address of its own: its owner registered it here. */
export function hostText({ host, local, verified }: Connection["client"]): string {
  if (local) return "On your own computer";
  if (!host) return "A machine of yours";
  return verified ? host : `Answers go to ${host}`;
}

export function isMachine({ id }: Connection["client"]): boolean {
  return id.startsWith("machine_");
}
