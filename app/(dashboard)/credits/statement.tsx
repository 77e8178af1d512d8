"use client";

import { Skeleton, Table, TableTbody, TableTd, TableTh, TableThead, TableTr, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { memo } from "react";
import type { AppRouter } from "#server/router.ts";
import { formatNumber } from "../../_components/format.ts";
import { operationWords } from "../../_components/operation-words.ts";
import { Pager, usePlaceInAddress } from "../../_components/pager.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { TableBox } from "../../_components/table-box.tsx";
import { TimeText } from "../../_components/time-text.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { type EntryFilters, kindWords, toEntryInput } from "./entry-filters.ts";

export function Statement({ filters }: { filters: EntryFilters }) {
  const trpc = useTRPC();
  const place = usePlaceInAddress();
  const entries = useQuery({
    ...trpc.credits.entries.queryOptions({
      ...toEntryInput(filters),
      ...(place.cursor ? { cursor: place.cursor } : {}),
    }),
    placeholderData: keepPreviousData,
  });
  if (entries.isPending) return <Skeleton h={160} radius="lg" />;
  if (!entries.data) return <ProblemAlert error={entries.error} onRetry={() => void entries.refetch()} />;
  if (entries.data.items.length === 0 && place.first) {
    return <Text c="dimmed">No entry matches what you chose.</Text>;
  }
  return (
    <>
      <TableBox>
        <Table aria-labelledby="statement">
          <TableThead>
            <TableTr>
              <TableTh>What</TableTh>
              <TableTh ta="right" w={110}>
                Credits
              </TableTh>
              <TableTh ta="right" w={120} visibleFrom="sm">
                Balance
              </TableTh>
              <TableTh w={150} visibleFrom="sm">
                When
              </TableTh>
            </TableTr>
          </TableThead>
          <TableTbody>
            {entries.data.items.map((entry) => (
              <Row key={entry.seq} entry={entry} />
            ))}
          </TableTbody>
        </Table>
      </TableBox>
      <Pager
        place={place}
        nextCursor={entries.data.nextCursor}
        label="Pages of the statement"
        busy={entries.isPlaceholderData}
      />
    </>
  );
}

type Entry = inferRouterOutputs<AppRouter>["credits"]["entries"]["items"][number];

const Row = memo(function Row({ entry }: { entry: Entry }) {
  const { kind, delta, balanceAfter, reason, createdAt } = entry;
  return (
    <TableTr>
      <TableTd style={{ overflowWrap: "anywhere" }}>
        <Text size="sm" fw={500}>
          {kindWords[kind]}
        </Text>
        <Text size="sm" c="dimmed">
          {operationWords(reason)}
        </Text>
        <Text size="xs" c="dimmed" hiddenFrom="sm">
          <TimeText value={createdAt} />
        </Text>
      </TableTd>
      <TableTd ta="right" className="numeric" {...(delta > 0 ? { c: "var(--fltr-positive)", fw: 550 } : {})}>
        {delta > 0 ? "+" : "−"}
        {formatNumber(Math.abs(delta))}
      </TableTd>
      <TableTd ta="right" className="numeric" visibleFrom="sm">
        {formatNumber(balanceAfter)}
      </TableTd>
      <TableTd visibleFrom="sm">
        <TimeText value={createdAt} />
      </TableTd>
    </TableTr>
  );
});
