"use client";

import { Box, Skeleton, Text, VisuallyHidden } from "@mantine/core";
import dynamic from "next/dynamic";
import { shortDay } from "../../_components/days.ts";
import { count, formatNumber } from "../../_components/format.ts";
import { chartOf, type Grouping, type Measure, type UsageItem } from "./series.ts";

export const chartHeight = 280;
const emptyHeight = 140;

const UsageChart = dynamic(() => import("./usage-chart.tsx"), {
  ssr: false,
  loading: () => <Skeleton h={chartHeight} radius="md" />,
});

/** The chart in a place of its own size, and the same in words for who cannot see it. */
export function UsageChartBox(props: {
  items: readonly UsageItem[];
  grouping: Grouping;
  measure: Measure;
  range: { from: string; to: string };
}) {
  const { data, series } = chartOf(props.items, props.grouping, props.measure, props.range);
  const unit = props.measure === "calls" ? "call" : "credit";
  if (series.length === 0) {
    return (
      <Box h={emptyHeight} style={{ display: "grid", placeItems: "center" }}>
        <Text c="dimmed">
          {unit === "call" ? "No calls in this time." : "Nothing was charged in this time."}
        </Text>
      </Box>
    );
  }
  const sumOf = (name: string) => data.reduce((sum, day) => sum + Number(day[name]), 0);
  const busiest = data.reduce((most, day) => (dayTotal(day, series) > dayTotal(most, series) ? day : most));
  return (
    <figure style={{ margin: 0 }}>
      <div aria-hidden="true">
        <UsageChart data={data} series={series} height={chartHeight} />
      </div>
      <VisuallyHidden>
        <figcaption>
          {series.map(({ name, label }) => `${label}: ${count(sumOf(name), unit)}.`).join(" ")} Most on{" "}
          {shortDay(busiest.day)}: {formatNumber(dayTotal(busiest, series))}.
        </figcaption>
      </VisuallyHidden>
    </figure>
  );
}

function dayTotal(day: Record<string, number | string>, series: readonly { name: string }[]): number {
  return series.reduce((sum, { name }) => sum + Number(day[name]), 0);
}
