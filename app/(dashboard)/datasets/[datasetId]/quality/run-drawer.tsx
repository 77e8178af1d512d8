"use client";

import { Drawer, Paper, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ProblemAlert } from "../../../../_components/problem-alert.tsx";
import { useTRPC } from "../../../../_trpc/provider.tsx";
import { changeText, placesText, scoreText } from "./score-words.ts";

/** Question by question, the worst first. */
export function RunDrawer(props: { datasetId: string; runId: string; onClose: () => void }) {
  const { datasetId, runId } = props;
  const trpc = useTRPC();
  const { data, error, refetch } = useQuery(trpc.golden.getRun.queryOptions({ datasetId, runId }));
  return (
    <Drawer
      opened
      onClose={props.onClose}
      position="right"
      size="lg"
      title="Run, question by question"
      closeButtonProps={{ "aria-label": "Close the run" }}
    >
      <Stack gap="xs">
        <ProblemAlert error={error} onRetry={() => void refetch()} />
        {!data && !error && <Skeleton h={160} radius="lg" />}
        {data?.results
          .toSorted((one, other) => one.ndcg - other.ndcg)
          .map(({ questionId, question, recall, ndcg, expected, before }) => (
            <Paper component="article" key={questionId} withBorder px="lg" py="sm" aria-label={question}>
              <Text size="sm" fw={500} style={{ overflowWrap: "anywhere" }}>
                {question}
              </Text>
              <Text size="sm" className="numeric">
                Recall {scoreText(recall)}, nDCG {scoreText(ndcg)}
                {before && changeText(ndcg - before.ndcg) && ` (${changeText(ndcg - before.ndcg)})`}
              </Text>
              <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                {placesText(expected)}
              </Text>
            </Paper>
          ))}
      </Stack>
    </Drawer>
  );
}
