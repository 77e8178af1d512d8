"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC, useTRPCClient } from "../../_trpc/provider.tsx";

export type DatasetChoice = { id: string; name: string; own: boolean };

const pageSize = 200;
/** As many as can be granted one by one. */
const mostPages = 5;

type Page = { items: readonly DatasetChoice[]; nextCursor: string | null };

/** Every dataset the account may search: its own first, then the public ones of others, each by name. */
export function useDatasetChoices() {
  const trpc = useTRPC();
  const client = useTRPCClient();
  return useQuery({
    queryKey: [...trpc.datasets.pathKey(), "choices"],
    // Also for one that was just made in another tab.
    refetchOnWindowFocus: "always",
    queryFn: async ({ signal }) => {
      const [mine, readable] = await Promise.all([
        allPages((page) => client.datasets.mine.query(page, { signal })),
        allPages((page) => client.datasets.list.query(page, { signal })),
      ]);
      const others = readable.items.filter(({ own }) => !own);
      return { items: [...byName(mine.items), ...byName(others)], whole: mine.whole && readable.whole };
    },
  });
}

async function allPages(load: (page: { limit: number; cursor?: string }) => Promise<Page>) {
  const items: DatasetChoice[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < mostPages; page += 1) {
    const loaded: Page = await load({ limit: pageSize, ...(cursor ? { cursor } : {}) });
    items.push(...loaded.items.map(({ id, name, own }) => ({ id, name, own })));
    cursor = loaded.nextCursor;
    if (cursor === null) return { items, whole: true };
  }
  return { items, whole: false };
}

function byName(items: readonly DatasetChoice[]): DatasetChoice[] {
  return items.toSorted((one, other) => one.name.localeCompare(other.name, "en"));
}
