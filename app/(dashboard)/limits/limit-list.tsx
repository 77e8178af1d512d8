"use client";

import { Group, Paper, Progress, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { formatDuration, formatNumber, formatWindow } from "../../_components/format.ts";
import { limitWords, originOf } from "../../_components/limit-words.ts";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { useStreamed } from "../live.tsx";
import { watchPace } from "./watch-pace.ts";

export function LimitList() {
  const trpc = useTRPC();
  const streamed = useStreamed();
  const limits = useQuery({
    ...trpc.limits.get.queryOptions({}),
    refetchInterval: ({ state }) => (streamed || state.error ? false : watchPace(state.data?.items ?? [])),
  });
  if (limits.isPending) return <Skeleton h={90} radius="lg" />;
  if (!limits.data) return <ProblemAlert error={limits.error} onRetry={() => void limits.refetch()} />;
  if (limits.data.exempt) {
    return <Text c="dimmed">Your address is exempt: no limit binds it.</Text>;
  }
  return (
    <Stack>
      <ProblemAlert error={limits.error} onRetry={() => void limits.refetch()} />
      {limits.data.items.map(({ name, limit, remaining, windowSeconds, resetSeconds, used }) => (
        <Paper key={name} withBorder p="lg">
          <Group justify="space-between" gap="xs" mb={8}>
            <Text fw={550}>{limitWords(name)}</Text>
            <Text size="sm" c="dimmed" className="numeric">
              {formatNumber(remaining)} of {formatNumber(limit)} calls left in any{" "}
              {formatWindow(windowSeconds)}
            </Text>
          </Group>
          <Progress
            value={limit > 0 ? Math.round((100 * remaining) / limit) : 0}
            size="sm"
            aria-label={`Calls left: ${limitWords(name)}`}
          />
          <Text size="sm" c="dimmed" mt={8} className="numeric">
            {[
              used > 0
                ? `${formatNumber(used)} used; the oldest frees in ${formatDuration(resetSeconds)}.`
                : "None used.",
              ...toSentence(originOf(name, limit)),
            ].join(" ")}
          </Text>
        </Paper>
      ))}
    </Stack>
  );
}

function toSentence(words: string | null): string[] {
  return words === null ? [] : [`${words}.`];
}
