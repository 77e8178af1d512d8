"use client";

import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink } from "@trpc/client";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import { type ReactNode, useState } from "react";
import type { DashboardRouter } from "#server/router.ts";
import { onSessionOver } from "../_components/session-over.tsx";
import { lastingFetch } from "./lasting-fetch.ts";
import { isPassing, isSessionOver } from "./problem.ts";
import { makeQueryClient } from "./query-client.ts";

const context = createTRPCContext<DashboardRouter>();
export const { useTRPC, useTRPCClient } = context;

const maximumRetries = 2;

export function ApiProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(makeBrowserClient);
  const [trpcClient] = useState(() =>
    createTRPCClient<DashboardRouter>({
      links: [
        splitLink({
          condition: ({ type }) => type === "subscription",
          true: httpSubscriptionLink({ url: "/api/trpc" }),
          // POST also for queries: a long question does not fit into an address.
          false: httpLink({ url: "/api/trpc", methodOverride: "POST", fetch: lastingFetch }),
        }),
      ],
    }),
  );
  return (
    <QueryClientProvider client={queryClient}>
      <context.TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
        {children}
      </context.TRPCProvider>
    </QueryClientProvider>
  );
}

function makeBrowserClient(): QueryClient {
  const defaults = makeQueryClient().getDefaultOptions();
  return new QueryClient({
    defaultOptions: {
      ...defaults,
      queries: {
        ...defaults.queries,
        retry: (failures, error) => failures < maximumRetries && isPassing(error),
      },
    },
    queryCache: new QueryCache({
      onError: (error, query) => {
        // A page that has something to show keeps it, with what was typed; an empty one has nothing to lose.
        if (isSessionOver(error)) onSessionOver({ leave: query.state.data === undefined });
      },
    }),
    mutationCache: new MutationCache({
      onError: (error) => {
        if (isSessionOver(error)) onSessionOver({ leave: false });
      },
    }),
  });
}
