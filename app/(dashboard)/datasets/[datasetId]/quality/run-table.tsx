"use client";

import {
  Table,
  TableTbody,
  TableTd,
  TableTh,
  TableThead,
  TableTr,
  Text,
  UnstyledButton,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ProblemAlert } from "../../../../_components/problem-alert.tsx";
import { TableBox } from "../../../../_components/table-box.tsx";
import { TimeText } from "../../../../_components/time-text.tsx";
import { useTRPC } from "../../../../_trpc/provider.tsx";
import { RunDrawer } from "./run-drawer.tsx";
import { changeText, scoreText } from "./score-words.ts";

const shownRuns = 10;

export function RunTable({ datasetId }: { datasetId: string }) {
  const trpc = useTRPC();
  const { data, error } = useQuery(trpc.golden.runs.queryOptions({ datasetId, limit: shownRuns }));
  const [shown, setShown] = useState<string | null>(null);
  if (error) return <ProblemAlert error={error} />;
  if (!data) return null;
  if (data.items.length === 0) return <Text size="sm">They have not been asked yet.</Text>;
  return (
    <>
      <TableBox>
        <Table aria-label="Runs">
          <TableThead>
            <TableTr>
              <TableTh>Asked</TableTh>
              <TableTh visibleFrom="sm">Why</TableTh>
              <TableTh ta="right" visibleFrom="sm">
                Questions
              </TableTh>
              <TableTh ta="right">Recall</TableTh>
              <TableTh ta="right">nDCG</TableTh>
              <TableTh ta="right">MRR</TableTh>
            </TableTr>
          </TableThead>
          <TableTbody>
            {data.items.map((run) => (
              <TableTr key={run.id}>
                <TableTd>
                  <UnstyledButton onClick={() => setShown(run.id)} td="underline" fz="sm">
                    <TimeText value={run.createdAt} />
                  </UnstyledButton>
                </TableTd>
                <TableTd visibleFrom="sm">
                  {run.cause === "owner" ? "You asked" : "Documents changed"}
                </TableTd>
                <TableTd ta="right" visibleFrom="sm" className="numeric">
                  {run.questionCount}
                </TableTd>
                <Score value={run.recall} change={run.change?.recall} />
                <Score value={run.ndcg} change={run.change?.ndcg} />
                <Score value={run.mrr} change={run.change?.mrr} />
              </TableTr>
            ))}
          </TableTbody>
        </Table>
      </TableBox>
      {shown !== null && <RunDrawer datasetId={datasetId} runId={shown} onClose={() => setShown(null)} />}
    </>
  );
}

function Score({ value, change = 0 }: { value: number; change?: number | undefined }) {
  const words = changeText(change);
  return (
    <TableTd ta="right" className="numeric">
      {scoreText(value)}
      {words && (
        <Text size="xs" c={change < 0 ? "var(--mantine-color-error)" : "dimmed"}>
          {words}
        </Text>
      )}
    </TableTd>
  );
}
