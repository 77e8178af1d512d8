"use client";

import {
  Group,
  SegmentedControl,
  Skeleton,
  Stack,
  Table,
  TableTbody,
  TableTd,
  TableTh,
  TableThead,
  TableTr,
  Text,
  Title,
} from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { count, formatNumber } from "../../../_components/format.ts";
import { operationWords } from "../../../_components/operation-words.ts";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { TableBox } from "../../../_components/table-box.tsx";
import { TimeText } from "../../../_components/time-text.tsx";
import { useTRPC } from "../../../_trpc/provider.tsx";
import { limitOfOthers } from "../limit-of-others.ts";

const spans = [
  { value: "24", label: "24 hours" },
  { value: "168", label: "7 days" },
  { value: "720", label: "30 days" },
];

export function Refusals() {
  const trpc = useTRPC();
  const [hours, setHours] = useState("24");
  const refusals = useQuery({
    ...trpc.admin.refusals.queryOptions({ hours: Number(hours) }),
    placeholderData: keepPreviousData,
  });
  return (
    <section aria-labelledby="refusals">
      <Group justify="space-between" mb="sm">
        <Title order={2} fz="lg" id="refusals">
          Refused by limits
        </Title>
        <SegmentedControl size="xs" aria-label="Time" data={spans} value={hours} onChange={setHours} />
      </Group>
      <ProblemAlert error={refusals.error} onRetry={() => void refusals.refetch()} />
      {refusals.isPending && <Skeleton h={160} radius="lg" />}
      {refusals.data && (
        <Stack>
          <Text>
            {rateWords(refusals.data)}{" "}
            <Text span c="dimmed">
              Calls without a credential are not counted.
            </Text>
          </Text>
          {refusals.data.causes.length > 0 && <Causes causes={refusals.data.causes} />}
        </Stack>
      )}
    </section>
  );
}

function rateWords({ refused, answered }: { refused: number; answered: number }): string {
  if (refused === 0) return `Nothing was refused; ${count(answered, "call")} read something.`;
  const percent = ((100 * refused) / (refused + answered)).toFixed(1);
  return `${count(refused, "call")} refused (429), ${count(answered, "call")} that read something: ${percent} % of both.`;
}

type Cause = {
  userId: string;
  email: string | null;
  limit: string;
  operation: string | null;
  refused: number;
  lastAt: string;
};

function Causes({ causes }: { causes: readonly Cause[] }) {
  return (
    <TableBox>
      <Table aria-label="Who ran into which limit">
        <TableThead>
          <TableTr>
            <TableTh>Who and what</TableTh>
            <TableTh visibleFrom="sm">Limit</TableTh>
            <TableTh w={100} ta="right">
              Refused
            </TableTh>
            <TableTh w={140} ta="right" visibleFrom="sm">
              Last
            </TableTh>
          </TableTr>
        </TableThead>
        <TableTbody>
          {causes.map((cause) => (
            <TableTr key={[cause.userId, cause.limit, cause.operation].join(" ")}>
              <TableTd style={{ overflowWrap: "anywhere" }}>
                <Text size="sm" fw={500}>
                  {cause.email ?? "A deleted account"}
                </Text>
                <Text size="sm" c="dimmed">
                  {cause.operation === null
                    ? "A request that is no operation"
                    : operationWords(cause.operation)}
                </Text>
                <Text size="sm" c="dimmed" hiddenFrom="sm">
                  {limitOfOthers(cause.limit)}
                </Text>
              </TableTd>
              <TableTd visibleFrom="sm">{limitOfOthers(cause.limit)}</TableTd>
              <TableTd ta="right" className="numeric">
                {formatNumber(cause.refused)}
              </TableTd>
              <TableTd ta="right" visibleFrom="sm">
                <TimeText value={cause.lastAt} />
              </TableTd>
            </TableTr>
          ))}
        </TableTbody>
      </Table>
    </TableBox>
  );
}
