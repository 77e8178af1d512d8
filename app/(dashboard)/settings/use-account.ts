"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/router.ts";
import { useTRPC } from "../../_trpc/provider.tsx";

export type Account = inferRouterOutputs<AppRouter>["account"]["get"];

export function useAccount() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery(trpc.account.get.queryOptions({}));
  return {
    account: data,
    error,
    retry: () => void refetch(),
    refresh: () => queries.invalidateQueries(trpc.account.pathFilter()),
  };
}
