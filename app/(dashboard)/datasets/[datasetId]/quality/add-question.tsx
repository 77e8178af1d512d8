"use client";

import { Button, Group, Modal, MultiSelect, Stack, Textarea } from "@mantine/core";
import { isNotEmpty, useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ProblemAlert } from "../../../../_components/problem-alert.tsx";
import { useTRPC } from "../../../../_trpc/provider.tsx";
import { namesOf } from "./score-words.ts";

/** Of a larger dataset, documents are named by their external ids. */
const offered = 200;

export function AddQuestion(props: { datasetId: string; opened: boolean; onClose: () => void }) {
  const { datasetId, onClose } = props;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const documents = useQuery(trpc.documents.list.queryOptions({ datasetId, limit: offered }));
  const form = useForm({
    initialValues: { question: "", documentIds: [] as string[], externalIds: "" },
    validate: {
      question: isNotEmpty("Write the question"),
      documentIds: (chosen, { externalIds }) =>
        chosen.length === 0 && namesOf(externalIds).length === 0 ? "Choose at least one document" : null,
    },
  });
  const create = useMutation(
    trpc.golden.create.mutationOptions({
      onSuccess: () => {
        onClose();
        return queries.invalidateQueries(trpc.golden.list.pathFilter());
      },
    }),
  );
  return (
    <Modal opened={props.opened} onClose={onClose} title="Add a golden question" size="lg">
      <form
        onSubmit={form.onSubmit(({ externalIds, ...values }) =>
          create.mutate({ datasetId, ...values, externalIds: namesOf(externalIds) }),
        )}
      >
        <Stack>
          <ProblemAlert error={create.error ?? documents.error} />
          <Textarea
            label="Question"
            description="As somebody would ask it"
            autosize
            minRows={2}
            maxLength={2000}
            data-autofocus
            {...form.getInputProps("question")}
          />
          <MultiSelect
            label="Documents that belong into the answer"
            data={(documents.data?.items ?? []).map(({ id, title }) => ({ value: id, label: title }))}
            searchable
            clearable
            maxValues={20}
            nothingFoundMessage="No document of this name"
            {...form.getInputProps("documentIds")}
          />
          <Textarea
            label="Or by their external ids"
            description="One a line; they stay right when a document is deleted and added anew"
            autosize
            minRows={1}
            maxRows={6}
            {...form.getInputProps("externalIds")}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending}>
              Add question
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
