"use client";

import { Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { isNotEmpty, useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { FormButtons } from "../../_components/form-buttons.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { isLanguage, LanguageField, ModelField } from "./reading-fields.tsx";
import { VisibilityField } from "./visibility-field.tsx";

export function CreateDataset(props: {
  opened: boolean;
  onClose: () => void;
  /** What can make its vectors, the usual one first. */
  models: readonly string[];
}) {
  const { opened, onClose, models } = props;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const router = useRouter();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: {
      name: "",
      description: "",
      visibility: "private",
      language: "english",
      model: models[0] ?? "",
    },
    validate: { name: isNotEmpty("Give it a name") },
  });
  const create = useMutation(
    trpc.datasets.create.mutationOptions({
      onSuccess: (dataset) => {
        router.push(`/datasets/${dataset.id}`);
        onClose();
        form.reset();
        return queries.invalidateQueries(trpc.datasets.pathFilter());
      },
    }),
  );
  return (
    <Modal opened={opened} onClose={onClose} title="New dataset">
      <form
        onSubmit={form.onSubmit(({ name, description, visibility, language, model }) =>
          create.mutate({
            name,
            description,
            visibility: visibility === "public" ? "public" : "private",
            ...(isLanguage(language) ? { language } : {}),
            ...(model ? { embeddingModel: model } : {}),
          }),
        )}
      >
        <Stack>
          <ProblemAlert error={create.error} />
          <TextInput
            label="Name"
            placeholder="Product handbook"
            maxLength={100}
            data-autofocus
            key={form.key("name")}
            {...form.getInputProps("name")}
          />
          <Textarea
            label="Description"
            description="AI apps read this to know when to search here"
            autosize
            minRows={2}
            maxRows={6}
            maxLength={2000}
            key={form.key("description")}
            {...form.getInputProps("description")}
          />
          <VisibilityField key={form.key("visibility")} {...form.getInputProps("visibility")} />
          <LanguageField key={form.key("language")} {...form.getInputProps("language")} />
          <ModelField models={models} key={form.key("model")} {...form.getInputProps("model")} />
          <FormButtons onCancel={onClose} busy={create.isPending}>
            Create dataset
          </FormButtons>
        </Stack>
      </form>
    </Modal>
  );
}
