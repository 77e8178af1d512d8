"use client";

import { Button, Group, Paper, Radio, RadioGroup, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconTargetArrow } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { EmptyBox } from "../../../../_components/empty-box.tsx";
import { ProblemAlert } from "../../../../_components/problem-alert.tsx";
import { useTRPC } from "../../../../_trpc/provider.tsx";
import { type Question, QuestionForm } from "./question-form.tsx";
import { QuestionList } from "./question-list.tsx";
import { RunTable } from "./run-table.tsx";

/** As many as a dataset can have. */
const limit = 200;

export function QualityPanel({ datasetId }: { datasetId: string }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const questions = useQuery(trpc.golden.list.queryOptions({ datasetId, limit }));
  const [written, write] = useState<Question | "new" | null>(null);
  const evaluate = useMutation(
    trpc.golden.evaluate.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.golden.runs.pathFilter()),
    }),
  );
  const items = questions.data?.items;
  return (
    <Stack gap="xl">
      <ProblemAlert error={questions.error} onRetry={() => void questions.refetch()} />
      {!items && !questions.error && <Skeleton h={180} radius="lg" />}
      {items?.length === 0 && (
        <EmptyBox
          icon={<IconTargetArrow size={22} stroke={1.6} />}
          title="No golden questions yet"
          action={<Button onClick={() => write("new")}>Add a question</Button>}
        >
          Keep questions that this dataset must answer, with the documents that belong into the answers.
          Asking them all shows how well the search does, and whether a change made it better or worse.
        </EmptyBox>
      )}
      {items && items.length > 0 && (
        <>
          <Group justify="space-between" align="flex-start">
            <Text size="sm" c="dimmed" maw="60ch" flex="1 1 260px">
              Asking all of them is free. The scores tell whether the documents that you expect are found.
            </Text>
            <Group gap="sm">
              <Button variant="default" onClick={() => write("new")}>
                Add a question
              </Button>
              <Button loading={evaluate.isPending} onClick={() => evaluate.mutate({ datasetId })}>
                Ask all questions
              </Button>
            </Group>
          </Group>
          <ProblemAlert error={evaluate.error} />
          <RunTable datasetId={datasetId} />
          <OnWorse datasetId={datasetId} />
          <Stack gap="sm">
            <Title order={2} fz="lg">
              Questions
            </Title>
            <QuestionList datasetId={datasetId} items={items} onChange={write} />
          </Stack>
        </>
      )}
      {written && (
        <QuestionForm
          datasetId={datasetId}
          question={written === "new" ? null : written}
          onClose={() => write(null)}
        />
      )}
    </Stack>
  );
}

const choices = [
  { value: "ignore", label: "Do nothing" },
  { value: "warn", label: "Tell me by e-mail" },
  { value: "block", label: "Tell me, and keep the earlier text of a document that was sent again" },
] as const;

function OnWorse({ datasetId }: { datasetId: string }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { data } = useQuery(trpc.golden.getSettings.queryOptions({ datasetId }));
  const save = useMutation(
    trpc.golden.settings.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.golden.getSettings.pathFilter()),
    }),
  );
  const chosen = save.isPending ? save.variables.onWorse : data?.onWorse;
  return (
    <Paper withBorder p="lg">
      <RadioGroup
        label="When changed documents make answers worse"
        description="The questions are asked again by themselves, once everything has been read"
        value={chosen ?? ""}
        onChange={(value) => {
          const choice = choices.find((one) => one.value === value);
          if (choice) save.mutate({ datasetId, onWorse: choice.value });
        }}
      >
        <Stack gap="xs" mt="sm">
          {choices.map(({ value, label }) => (
            <Radio key={value} value={value} label={label} disabled={!data || save.isPending} />
          ))}
        </Stack>
      </RadioGroup>
      <ProblemAlert error={save.error} />
    </Paper>
  );
}
