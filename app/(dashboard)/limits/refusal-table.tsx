"use client";

import { Skeleton, Table, TableTbody, TableTd, TableTh, TableThead, TableTr, Text } from "@mantine/core";
import { IconGauge } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { EmptyBox } from "../../_components/empty-box.tsx";
import { formatNumber } from "../../_components/format.ts";
import { limitWords } from "../../_components/limit-words.ts";
import { operationWords } from "../../_components/operation-words.ts";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { TableBox } from "../../_components/table-box.tsx";
import { TimeText } from "../../_components/time-text.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { credentialWords } from "../receipts/receipt-words.ts";

export function RefusalTable() {
  const trpc = useTRPC();
  const refusals = useQuery(trpc.limits.refusals.queryOptions({}));
  if (refusals.isPending) return <Skeleton h={160} radius="lg" />;
  if (!refusals.data) {
    return <ProblemAlert error={refusals.error} onRetry={() => void refusals.refetch()} />;
  }
  const { items } = refusals.data;
  if (items.length === 0) {
    return (
      <EmptyBox icon={<IconGauge size={22} stroke={1.6} />} title="Nothing was refused">
        When a limit refuses calls, this shows which limit it was, and which app or key ran into it.
      </EmptyBox>
    );
  }
  return (
    <TableBox>
      <Table aria-label="Refused calls, by hour and cause">
        <TableThead>
          <TableTr>
            <TableTh>Limit</TableTh>
            <TableTh w={200} visibleFrom="sm">
              Who ran into it
            </TableTh>
            <TableTh w={100} ta="right">
              Refused
            </TableTh>
            <TableTh w={150} ta="right" visibleFrom="sm">
              Last
            </TableTh>
          </TableTr>
        </TableThead>
        <TableTbody>
          {items.map((row) => (
            <TableTr key={[row.hour, row.limit, row.credentialId, row.operation].join(" ")}>
              <TableTd style={{ overflowWrap: "anywhere" }}>
                {row.limit.includes(":")
                  ? `The limit of ${credentialWords(row)} itself`
                  : limitWords(row.limit)}
                <Text size="sm" c="dimmed">
                  {row.operation === null ? "A request that is no operation" : operationWords(row.operation)}
                </Text>
                <Text size="sm" c="dimmed" hiddenFrom="sm">
                  {credentialWords(row)}, <TimeText value={row.lastAt} />
                </Text>
              </TableTd>
              <TableTd visibleFrom="sm" style={{ overflowWrap: "anywhere" }}>
                {credentialWords(row)}
              </TableTd>
              <TableTd ta="right" className="numeric">
                {formatNumber(row.count)}
              </TableTd>
              <TableTd ta="right" visibleFrom="sm">
                <TimeText value={row.lastAt} />
              </TableTd>
            </TableTr>
          ))}
        </TableTbody>
      </Table>
    </TableBox>
  );
}
