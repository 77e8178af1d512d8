"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { defaultEndpoint } from "#server/operations.ts";
import type { OptionName } from "#server/query-fields.ts";
import type { AppRouter } from "#server/router.ts";
import { useTRPC, useTRPCClient } from "../../_trpc/provider.tsx";
import { sentOptions } from "../search/option-words.ts";
import type { Asked } from "./call-words.ts";

export type Answer = inferRouterOutputs<AppRouter>["search"]["query"] & {
  readonly asked: Asked;
  readonly milliseconds: number;
};

/** What an endpoint fixes may not be sent, not even with the value that it has. */
type Ask = Asked & { readonly fixed: readonly OptionName[] };

/** Not a cached query: each search is paid for, so only a person may repeat it. */
export function useAsk() {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ fixed, ...asked }: Ask): Promise<Answer> => {
      const { question, datasetIds, setting } = asked;
      const startedAt = performance.now();
      const shown = { explain: true, highlights: true };
      const chosen = Object.entries({ ...sentOptions(setting.options), ...shown });
      const options = Object.fromEntries(chosen.filter(([name]) => !fixed.some((one) => one === name)));
      const [datasetId = ""] = datasetIds;
      const named = setting.endpoint === defaultEndpoint ? {} : { endpoint: setting.endpoint };
      const answer = await (datasetIds.length > 1
        ? client.search.across.query({ datasetIds: [...datasetIds], query: question, ...options })
        : client.search.query.query({ datasetId, ...named, query: question, ...options }));
      return { ...answer, asked, milliseconds: Math.round(performance.now() - startedAt) };
    },
    onSettled: () => queries.invalidateQueries(trpc.credits.pathFilter()),
  });
}
