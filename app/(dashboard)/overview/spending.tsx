"use client";

import { Group, Paper, Progress, SimpleGrid, Skeleton, Text, Title } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { addDays } from "../../_components/days.ts";
import { count, formatNumber, formatWindow } from "../../_components/format.ts";
import { TextLink } from "../../_components/links.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTimeZone } from "../../_components/use-time-zone.ts";
import { useTRPC } from "../../_trpc/provider.tsx";
import { watchPace } from "../limits/watch-pace.ts";
import { useStreamed } from "../live.tsx";
import { lastDays, todayIn } from "../usage/range.ts";
import { chartHeight, UsageChartBox } from "../usage/usage-chart-box.tsx";
import { lastsWords } from "./pace.ts";

const paceDays = 7;

/** What is left and how long it lasts, and which app took what, in days of the viewer. */
export function Spending() {
  const trpc = useTRPC();
  const timeZone = useTimeZone();
  const month = lastDays(30, todayIn(timeZone));
  const credits = useQuery(trpc.credits.get.queryOptions({}));
  const usage = useQuery({
    ...trpc.usage.get.queryOptions({ ...month, groupBy: "credential", timeZone }),
    placeholderData: keepPreviousData,
  });
  const items = usage.data?.items ?? [];
  const weekBegins = addDays(month.to, 1 - paceDays);
  const spent = items.reduce(
    (sum, { day, creditsCharged }) => sum + (day >= weekBegins ? creditsCharged : 0),
    0,
  );
  return (
    <>
      <ProblemAlert error={credits.error} onRetry={() => void credits.refetch()} />
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <Figure label="Balance" value={credits.data?.balance} href="/credits">
          {credits.data ? lastsWords(credits.data.balance, spent, paceDays) : waitingWords(credits.error)}
        </Figure>
        <Figure label="Credits in 30 days" value={usage.data?.creditsCharged} href="/usage">
          {usage.data
            ? `In ${count(usage.data.calls, "call")} that read something`
            : waitingWords(usage.error)}
        </Figure>
        <LimitFigure />
      </SimpleGrid>
      <section aria-labelledby="by-app">
        <Group justify="space-between" mb="sm">
          <Title order={2} fz="lg" id="by-app">
            Credits by app, day by day
          </Title>
          <TextLink href="/usage" size="sm">
            All usage
          </TextLink>
        </Group>
        <ProblemAlert error={usage.error} onRetry={() => void usage.refetch()} />
        {!usage.error && (
          <Paper withBorder p="md">
            {usage.data ? (
              <UsageChartBox items={items} grouping="credential" measure="creditsCharged" range={month} />
            ) : (
              <Skeleton h={chartHeight} aria-label="Loading your usage" />
            )}
          </Paper>
        )}
      </section>
    </>
  );
}

function waitingWords(error: unknown): string {
  return error ? "Not known for now" : "…";
}

function Figure(props: { label: string; value: number | undefined; href: string; children: ReactNode }) {
  return (
    <Paper withBorder p="lg">
      <TextLink href={props.href} size="sm" c="dimmed" underline="hover">
        {props.label}
      </TextLink>
      <Text fz={30} fw={620} lh={1.3} className="numeric">
        {props.value === undefined ? "…" : formatNumber(props.value)}
      </Text>
      <Text component="div" size="sm" c="dimmed">
        {props.children}
      </Text>
    </Paper>
  );
}

/** The account's own limit, as calls come in. */
function LimitFigure() {
  const trpc = useTRPC();
  const streamed = useStreamed();
  const { data, error } = useQuery({
    ...trpc.limits.get.queryOptions({}),
    refetchInterval: ({ state }) => (streamed || state.error ? false : watchPace(state.data?.items ?? [])),
  });
  const own = data?.items.find(({ name }) => name === "account");
  if (data && !own) {
    return (
      <Figure label="Calls" value={undefined} href="/limits">
        Your address is exempt: no limit binds it.
      </Figure>
    );
  }
  return (
    <Figure label="Calls of apps and this dashboard" value={own?.used} href="/limits">
      {own ? (
        <>
          <Progress
            my={6}
            size="sm"
            value={own.limit > 0 ? (100 * own.used) / own.limit : 100}
            aria-label="Calls used of the limit"
          />
          of {formatNumber(own.limit)} in any {formatWindow(own.windowSeconds)}
        </>
      ) : (
        waitingWords(error)
      )}
    </Figure>
  );
}
