import { defaultShouldDehydrateQuery, QueryClient } from "@tanstack/react-query";

const freshMilliseconds = 30_000;

/** One a request on the server, one a tab in the browser. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // A browser without a network may still reach a server on its own machine, and fails at once otherwise.
      queries: { staleTime: freshMilliseconds, networkMode: "always" },
      mutations: { networkMode: "always" },
      dehydrate: { shouldDehydrateQuery: defaultShouldDehydrateQuery },
    },
  });
}
