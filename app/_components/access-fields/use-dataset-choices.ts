"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC, useTRPCClient } from "../../_trpc/provider.tsx";
import { choicesKey, loadDatasetChoices } from "./dataset-choices.ts";

export function useDatasetChoices() {
  const trpc = useTRPC();
  const client = useTRPCClient();
  return useQuery({
    queryKey: choicesKey(trpc.datasets.pathKey()),
    // Also for one that was just made in another tab.
    refetchOnWindowFocus: "always",
    queryFn: ({ signal }) =>
      loadDatasetChoices({
        mine: (page) => client.datasets.mine.query(page, { signal }),
        list: (page) => client.datasets.list.query(page, { signal }),
      }),
  });
}
