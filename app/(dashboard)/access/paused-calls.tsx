"use client";

import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconPlayerPause } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { operationWords } from "../../_components/operation-words.ts";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { TimeText } from "../../_components/time-text.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";

const pollMilliseconds = 15_000;

/** Calls of keys, or of apps, that the loop breaker stopped. Nothing where there are none. */
export function PausedCalls({ kind }: { kind: "apiKey" | "connection" }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const paused = useQuery({ ...trpc.pauses.list.queryOptions({}), refetchInterval: pollMilliseconds });
  const resume = useMutation(
    trpc.pauses.resume.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.pauses.pathFilter()),
    }),
  );
  // A login stands among the connections.
  const items =
    paused.data?.items.filter(
      ({ credentialKind }) => (credentialKind === "apiKey") === (kind === "apiKey"),
    ) ?? [];
  if (items.length === 0) return null;
  return (
    <Alert
      color="yellow"
      icon={<IconPlayerPause size={18} />}
      title="Paused: the same call again and again"
      styles={{ title: { color: "var(--mantine-color-text)" } }}
    >
      <Stack gap="sm">
        <ProblemAlert error={resume.error} />
        {items.map(({ id, name, operation, repeats, createdAt }) => (
          <Group key={id} justify="space-between" gap="xs">
            <Text size="sm" style={{ overflowWrap: "anywhere" }}>
              <b>{name ?? "A deleted key or app"}</b> made the identical call {repeats} times:{" "}
              {operationWords(operation).toLowerCase()}. <TimeText value={createdAt} />
            </Text>
            <Button
              size="xs"
              variant="default"
              loading={resume.isPending && resume.variables.pauseId === id}
              onClick={() => resume.mutate({ pauseId: id })}
            >
              Resume
            </Button>
          </Group>
        ))}
        <Text size="sm" c="dimmed">
          Its other calls work. Each resumes by itself after an hour.
        </Text>
      </Stack>
    </Alert>
  );
}
