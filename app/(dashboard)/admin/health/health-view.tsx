"use client";

import { Badge, Group, Paper, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { PageHeader } from "../../../_components/page-header.tsx";
import { PageSection } from "../../../_components/page-section.tsx";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { TimeText } from "../../../_components/time-text.tsx";
import { useTRPC } from "../../../_trpc/provider.tsx";
import { Refusals } from "./refusals.tsx";

const pollMilliseconds = 30_000;

const partWords = {
  database: "Database",
  limits: "Limits",
  queue: "Reading of documents",
  mail: "Mail",
  embeddings: "Embeddings",
};

const stateWords = {
  ok: { label: "Works", color: "var(--fltr-positive)" },
  slow: { label: "Slow", color: "var(--mantine-color-text)" },
  down: { label: "Down", color: "var(--mantine-color-error)" },
};

export function HealthView() {
  const trpc = useTRPC();
  const health = useQuery({ ...trpc.admin.health.queryOptions({}), refetchInterval: pollMilliseconds });
  return (
    <>
      <PageHeader
        title="Health"
        description="What this installation stands on, and how much its limits refuse. Only admins see this page."
      />
      <Stack gap={40}>
        <PageSection id="parts" title="Parts">
          <ProblemAlert error={health.error} onRetry={() => void health.refetch()} />
          {health.isPending && <Skeleton h={260} radius="lg" />}
          {health.data && (
            <Paper withBorder component="ul" p={0} m={0} style={{ listStyle: "none" }}>
              {health.data.items.map(({ part, state, detail, since }, index) => (
                <Group
                  key={part}
                  component="li"
                  px="lg"
                  py="sm"
                  justify="space-between"
                  align="flex-start"
                  {...(index > 0 ? { style: { borderTop: "1px solid var(--fltr-line)" } } : {})}
                >
                  <div style={{ flex: "1 1 16rem" }}>
                    <Text fw={550}>{partWords[part]}</Text>
                    <Text size="sm" c="dimmed">
                      {detail}
                    </Text>
                  </div>
                  <Group gap="sm">
                    <Text size="sm" c="dimmed">
                      since <TimeText value={since} />
                    </Text>
                    <Badge variant="default" tt="none" fw={550} c={stateWords[state].color}>
                      {stateWords[state].label}
                    </Badge>
                  </Group>
                </Group>
              ))}
            </Paper>
          )}
        </PageSection>
        <Refusals />
      </Stack>
    </>
  );
}
