"use client";

import { ActionIcon, Group, Paper, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPencil, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { count } from "../../../../_components/format.ts";
import { problemOf } from "../../../../_trpc/problem.ts";
import { useTRPC } from "../../../../_trpc/provider.tsx";
import { undoable, useLeaving } from "../../../undoable.tsx";
import type { Question } from "./question-form.tsx";

export function QuestionList(props: {
  datasetId: string;
  items: readonly Question[];
  onChange: (question: Question) => void;
}) {
  const { datasetId, items, onChange } = props;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const remove = useMutation(
    trpc.golden.delete.mutationOptions({
      onSettled: () => queries.invalidateQueries(trpc.golden.list.pathFilter()),
      onError: (error) => {
        const { detail, hint } = problemOf(error);
        notifications.show({ color: "red", title: detail, message: hint });
      },
    }),
  );
  const leaving = useLeaving();
  const take = ({ id, question }: Question) =>
    undoable({
      id,
      message: `“${question}” is no longer asked. Runs that asked it keep their scores.`,
      act: () => remove.mutateAsync({ datasetId, questionId: id }),
    });
  return (
    <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: "none" }} aria-label="Golden questions">
      {items
        .filter(({ id }) => !leaving.has(id))
        .map((item) => (
          <Paper component="li" key={item.id} withBorder px="lg" py="sm">
            <Group justify="space-between" wrap="nowrap">
              <div style={{ minWidth: 0 }}>
                <Text size="sm" fw={500} style={{ overflowWrap: "anywhere" }}>
                  {item.question}
                </Text>
                <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                  {[
                    ...(item.documentIds.length > 0 ? [count(item.documentIds.length, "document")] : []),
                    ...item.externalIds,
                  ].join(", ")}
                </Text>
              </div>
              <Group gap={2} wrap="nowrap">
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Change ${item.question}`}
                  onClick={() => onChange(item)}
                >
                  <IconPencil size={16} />
                </ActionIcon>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Delete ${item.question}`}
                  onClick={() => take(item)}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              </Group>
            </Group>
          </Paper>
        ))}
    </Stack>
  );
}
