"use client";

import { Button, Group, Paper, SegmentedControl, Select, Skeleton, Stack, TextInput } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { download, toCsv } from "../../_components/csv.ts";
import { PageHeader } from "../../_components/page-header.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTimeZone } from "../../_components/use-time-zone.ts";
import { useTRPC } from "../../_trpc/provider.tsx";
import { type Preset, presets, readView, todayIn, type View, writeView } from "./range.ts";
import { type Grouping, totalsOf, type UsageItem } from "./series.ts";
import { UsageChartBox } from "./usage-chart-box.tsx";
import { UsageTable } from "./usage-table.tsx";

const presetWords: Record<Preset | "own", string> = {
  "7": "Last 7 days",
  "30": "Last 30 days",
  "90": "Last 90 days",
  "365": "Last 365 days",
  own: "From … to …",
};
const groupings: { value: Grouping; label: string }[] = [
  { value: "credential", label: "App or key" },
  { value: "dataset", label: "Dataset" },
  { value: "operation", label: "Operation" },
];

export function UsageView() {
  const trpc = useTRPC();
  const timeZone = useTimeZone();
  const view = readView(new URLSearchParams(useSearchParams()), todayIn(timeZone));
  const { from, to, grouping, measure } = view;
  const usage = useQuery({
    ...trpc.usage.get.queryOptions({ from, to, groupBy: grouping, timeZone }),
    placeholderData: keepPreviousData,
  });
  const set = (changed: Partial<View>) => {
    const search = writeView({ ...view, ...changed });
    window.history.replaceState(null, "", search ? `?${search}` : window.location.pathname);
  };
  const items: readonly UsageItem[] = usage.data?.items ?? [];
  return (
    <>
      <PageHeader
        title="Usage"
        description="What your apps, keys and this dashboard called, and what it cost, day by day in your time zone."
        actions={
          <Button
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden="true" />}
            disabled={items.length === 0}
            onClick={() => exportCsv(items, view)}
          >
            Download as CSV
          </Button>
        }
      />
      <Stack>
        <Group align="flex-end" gap="sm">
          <Select
            label="Time"
            w={180}
            allowDeselect={false}
            data={[...presets, "own" as const].map((value) => ({ value, label: presetWords[value] }))}
            value={view.preset}
            onChange={(preset) => set({ preset: (preset ?? "30") as View["preset"] })}
          />
          {view.preset === "own" && (
            <>
              <TextInput
                type="date"
                label="From"
                value={from}
                max={to}
                onChange={(event) => event.currentTarget.value && set({ from: event.currentTarget.value })}
              />
              <TextInput
                type="date"
                label="To"
                value={to}
                min={from}
                onChange={(event) => event.currentTarget.value && set({ to: event.currentTarget.value })}
              />
            </>
          )}
          <Select
            label="By"
            w={160}
            allowDeselect={false}
            data={groupings}
            value={grouping}
            onChange={(value) =>
              set({ grouping: groupings.find((one) => one.value === value)?.value ?? grouping })
            }
          />
          <SegmentedControl
            aria-label="Show"
            data={[
              { value: "creditsCharged", label: "Credits" },
              { value: "calls", label: "Calls" },
            ]}
            value={measure}
            onChange={(value) => set({ measure: value === "calls" ? "calls" : "creditsCharged" })}
          />
        </Group>
        <ProblemAlert error={usage.error} onRetry={() => void usage.refetch()} />
        {usage.isPending && <Skeleton h={330} radius="lg" />}
        {usage.data && (
          <Paper withBorder p="md" style={{ opacity: usage.isPlaceholderData ? 0.6 : 1 }}>
            <UsageChartBox items={items} grouping={grouping} measure={measure} range={{ from, to }} />
          </Paper>
        )}
        {items.length > 0 && <UsageTable totals={totalsOf(items, grouping)} grouping={grouping} />}
      </Stack>
    </>
  );
}

function exportCsv(items: readonly UsageItem[], { grouping, from, to }: View): void {
  const rows = items.map(({ day, group, name, calls, emptyCalls, creditsCharged }) => [
    day,
    group,
    name ?? "",
    calls,
    emptyCalls,
    creditsCharged,
  ]);
  const header = ["day", grouping, "name", "calls", "empty_calls", "credits"];
  download(`fltr-usage-${from}-${to}.csv`, toCsv([header, ...rows]));
}
