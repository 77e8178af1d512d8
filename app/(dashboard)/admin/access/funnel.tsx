"use client";

import { Group, Paper, Progress, SegmentedControl, Skeleton, Stack, Text, Title } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { count, formatNumber } from "../../../_components/format.ts";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { TimeText } from "../../../_components/time-text.tsx";
import { useTRPC } from "../../../_trpc/provider.tsx";

const spans = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "365", label: "A year" },
];

const stepWords = {
  registered: "Registered",
  asked: "Sent somebody here",
  shown: "Was shown to somebody signed in",
  allowed: "Was allowed",
  called: "Made a call",
};

/** Why an app stopped there, as far as can be told. */
const stopWords = {
  registered: "never sent anybody here",
  asked: "nobody signed in to answer it",
  shown: "nobody answered",
  allowed: "was allowed, and made no call",
  called: "",
};

const shownStops = 5;

export function Funnel() {
  const trpc = useTRPC();
  const [days, setDays] = useState("30");
  const { data, error, isPending, refetch } = useQuery({
    ...trpc.admin.funnel.queryOptions({ days: Number(days) }),
    placeholderData: keepPreviousData,
  });
  const all = data?.steps[0]?.clients ?? 0;
  return (
    <section aria-labelledby="funnel">
      <Group justify="space-between" mb="sm">
        <Title order={2} fz="lg" id="funnel">
          How far apps get
        </Title>
        <SegmentedControl size="xs" aria-label="Time" data={spans} value={days} onChange={setDays} />
      </Group>
      <ProblemAlert error={error} onRetry={() => void refetch()} />
      {isPending && <Skeleton h={220} radius="lg" />}
      {data && all === 0 && <Text c="dimmed">No app registered in this time.</Text>}
      {data && all > 0 && (
        <Paper withBorder p="lg">
          <Stack gap="sm" component="ol" p={0} m={0} style={{ listStyle: "none" }}>
            {data.steps.map(({ step, clients }) => (
              <li key={step}>
                <Group justify="space-between" align="flex-end" wrap="nowrap" mb={4}>
                  <Text size="sm">{stepWords[step]}</Text>
                  <Text size="sm" className="numeric" style={{ whiteSpace: "nowrap" }}>
                    {formatNumber(clients)}
                    <Text span c="dimmed">
                      {" "}
                      · {Math.round((100 * clients) / all)} %
                    </Text>
                  </Text>
                </Group>
                <Progress value={(100 * clients) / all} size="sm" aria-label={stepWords[step]} />
              </li>
            ))}
          </Stack>
          {data.denied > 0 && (
            <Text size="sm" mt="md">
              {count(data.denied, "app")} refused by the person asked.
            </Text>
          )}
          {data.stopped.length > 0 && (
            <Stack gap={4} mt="md">
              <Text size="sm" fw={550}>
                Stopped on the way
              </Text>
              {data.stopped.slice(0, shownStops).map(({ clientId, name, registeredAt, lastStep, denied }) => (
                <Text key={clientId} size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                  <bdi>{name ?? clientId}</bdi>, <TimeText value={registeredAt} />:{" "}
                  {denied ? "was refused" : stopWords[lastStep]}
                </Text>
              ))}
              {data.stopped.length > shownStops && (
                <Text size="sm" c="dimmed">
                  and {formatNumber(data.stopped.length - shownStops)} more
                </Text>
              )}
            </Stack>
          )}
        </Paper>
      )}
    </section>
  );
}
