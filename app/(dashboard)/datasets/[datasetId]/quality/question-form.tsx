"use client";

import { Modal, MultiSelect, Stack, Textarea } from "@mantine/core";
import { isNotEmpty, useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { FormButtons } from "../../../../_components/form-buttons.tsx";
import { ProblemAlert } from "../../../../_components/problem-alert.tsx";
import { useTRPC } from "../../../../_trpc/provider.tsx";
import { namesOf } from "./score-words.ts";

/** Of a larger dataset, documents are named by their external ids. */
const offered = 200;

export type Question = {
  id: string;
  question: string;
  documentIds: readonly string[];
  externalIds: readonly string[];
};

/** Of a question that is there, or of a new one. */
export function QuestionForm(props: { datasetId: string; question: Question | null; onClose: () => void }) {
  const { datasetId, question, onClose } = props;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const documents = useQuery(trpc.documents.list.queryOptions({ datasetId, limit: offered }));
  const form = useForm({
    initialValues: {
      question: question?.question ?? "",
      documentIds: [...(question?.documentIds ?? [])],
      externalIds: question?.externalIds.join("\n") ?? "",
    },
    validate: {
      question: isNotEmpty("Write the question"),
      documentIds: (chosen, { externalIds }) =>
        chosen.length === 0 && namesOf(externalIds).length === 0 ? "Choose at least one document" : null,
    },
  });
  const outcome = {
    onSuccess: () => {
      onClose();
      return queries.invalidateQueries(trpc.golden.list.pathFilter());
    },
  };
  const create = useMutation(trpc.golden.create.mutationOptions(outcome));
  const update = useMutation(trpc.golden.update.mutationOptions(outcome));
  const listed = (documents.data?.items ?? []).map(({ id, title }) => ({ value: id, label: title }));
  const unlisted = (question?.documentIds ?? []).filter((id) => !listed.some(({ value }) => value === id));
  return (
    <Modal
      opened
      onClose={onClose}
      title={question ? "Change a golden question" : "Add a golden question"}
      size="lg"
    >
      <form
        onSubmit={form.onSubmit((values) => {
          const written = { datasetId, ...values, externalIds: namesOf(values.externalIds) };
          if (question) update.mutate({ ...written, questionId: question.id });
          else create.mutate(written);
        })}
      >
        <Stack>
          <ProblemAlert error={create.error ?? update.error ?? documents.error} />
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
            data={[...listed, ...unlisted.map((id) => ({ value: id, label: id }))]}
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
          <FormButtons onCancel={onClose} busy={create.isPending || update.isPending}>
            {question ? "Save" : "Add question"}
          </FormButtons>
        </Stack>
      </form>
    </Modal>
  );
}
