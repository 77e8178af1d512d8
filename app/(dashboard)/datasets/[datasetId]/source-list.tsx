"use client";

import { Stack, Title } from "@mantine/core";
import { useDidUpdate } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { useTRPC } from "../../../_trpc/provider.tsx";
import { SourceCard } from "./source-card.tsx";

const pollMilliseconds = 2_000;

/** Where documents of the dataset are read from; nothing while there is no such place. */
export function SourceList({ datasetId }: { datasetId: string }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const sources = useQuery({
    ...trpc.sources.list.queryOptions({ datasetId }),
    refetchInterval: ({ state }) =>
      state.data?.items.some(({ state }) => state === "queued" || state === "reading")
        ? pollMilliseconds
        : false,
  });
  // Each page that was read is a document that waits.
  useDidUpdate(() => {
    void queries.invalidateQueries(trpc.datasets.get.queryFilter({ datasetId }));
    void queries.invalidateQueries(trpc.documents.list.pathFilter());
  }, [JSON.stringify(sources.data?.items.map(({ state, counts }) => [state, counts]))]);
  if (sources.error) return <ProblemAlert error={sources.error} onRetry={() => void sources.refetch()} />;
  if (!sources.data || sources.data.items.length === 0) return null;
  return (
    <Stack gap="sm" component="section" aria-labelledby="sources">
      <Title order={2} size="h5" id="sources">
        From the web
      </Title>
      {sources.data.items.map((source) => (
        <SourceCard key={source.id} source={source} />
      ))}
    </Stack>
  );
}
