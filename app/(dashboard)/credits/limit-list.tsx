"use client";

import { Group, Paper, Progress, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { operationIds, operations } from "#server/operations.ts";
import { formatDuration, formatNumber, formatWindow } from "../../_components/format.ts";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";

const tierWords: Record<string, string> = {
  account: "This dashboard and your connected apps",
  apiKey: "All your keys together",
  anonymous: "Calls without a key from your address",
};

export function LimitList() {
  const trpc = useTRPC();
  const limits = useQuery(trpc.limits.get.queryOptions({}));
  if (limits.isPending) return <Skeleton h={90} radius="lg" />;
  if (!limits.data) return <ProblemAlert error={limits.error} onRetry={() => void limits.refetch()} />;
  if (limits.data.exempt) {
    return <Text c="dimmed">Your address is exempt: no limit binds it.</Text>;
  }
  return (
    <Stack>
      {limits.data.items.map(({ name, limit, remaining, windowSeconds, resetSeconds, used }) => (
        <Paper key={name} withBorder p="lg">
          <Group justify="space-between" gap="xs" mb={8}>
            <Text fw={550}>{wordsFor(name)}</Text>
            <Text size="sm" c="dimmed" className="numeric">
              {formatNumber(remaining)} of {formatNumber(limit)} calls left in any{" "}
              {formatWindow(windowSeconds)}
            </Text>
          </Group>
          <Progress
            value={(100 * remaining) / limit}
            size="sm"
            aria-label={`Calls left: ${wordsFor(name)}`}
          />
          {used > 0 && (
            <Text size="sm" c="dimmed" mt={8}>
              The oldest use frees in {formatDuration(resetSeconds)}.
            </Text>
          )}
        </Paper>
      ))}
    </Stack>
  );
}

function wordsFor(name: string): string {
  const id = operationIds.find((known) => known === name);
  return id ? operations[id].summary : (tierWords[name] ?? name);
}
