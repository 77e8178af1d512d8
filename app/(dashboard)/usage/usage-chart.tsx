"use client";

import "@mantine/charts/styles.layer.css";
import { BarChart } from "@mantine/charts";
import { shortDay } from "../../_components/days.ts";
import { formatNumber } from "../../_components/format.ts";
import type { Day, Series } from "./series.ts";

/** Loaded by itself, once a page shows it: the chart library is the largest part of those pages. */
export default function UsageChart(props: { data: Day[]; series: Series[]; height: number }) {
  return (
    <BarChart
      h={props.height}
      data={props.data.map((day) => ({ ...day, day: shortDay(day.day) }))}
      dataKey="day"
      type="stacked"
      series={props.series}
      withLegend
      legendProps={{ verticalAlign: "bottom" }}
      valueFormatter={formatNumber}
      gridAxis="x"
      tickLine="none"
      maxBarWidth={36}
      barProps={{ isAnimationActive: false }}
      // Hidden from assistive technology, which reads the caption: nothing in it may take the focus.
      barChartProps={{ accessibilityLayer: false }}
      yAxisProps={{ width: 56, allowDecimals: false }}
      xAxisProps={{ minTickGap: 28 }}
    />
  );
}
