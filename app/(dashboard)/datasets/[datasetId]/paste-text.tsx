"use client";

import { Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { isNotEmpty, useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { FormButtons } from "../../../_components/form-buttons.tsx";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { useTRPC } from "../../../_trpc/provider.tsx";

export function PasteText(props: { datasetId: string; opened: boolean; onClose: () => void }) {
  const { datasetId, opened, onClose } = props;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { title: "", text: "" },
    validate: { title: isNotEmpty("Give it a title"), text: isNotEmpty("Paste or write some text") },
  });
  const create = useMutation(
    trpc.documents.create.mutationOptions({
      onSuccess: (document) => {
        notifications.show({
          message: document.duplicate ? "This text is here already; nothing was added" : "Document added",
        });
        form.reset();
        onClose();
        return Promise.all([
          queries.invalidateQueries(trpc.documents.list.pathFilter()),
          queries.invalidateQueries(trpc.datasets.pathFilter()),
        ]);
      },
    }),
  );
  return (
    <Modal opened={opened} onClose={onClose} title="Add text" size="lg">
      <form onSubmit={form.onSubmit((values) => create.mutate({ datasetId, ...values }))}>
        <Stack>
          <ProblemAlert error={create.error} />
          <TextInput
            label="Title"
            maxLength={300}
            data-autofocus
            key={form.key("title")}
            {...form.getInputProps("title")}
          />
          <Textarea
            label="Text"
            description="Plain text or Markdown; headings become the path shown with each passage"
            autosize
            minRows={8}
            maxRows={18}
            key={form.key("text")}
            {...form.getInputProps("text")}
          />
          <FormButtons onCancel={onClose} busy={create.isPending}>
            Add document
          </FormButtons>
        </Stack>
      </form>
    </Modal>
  );
}
