"use client";

import { Button, Group, Paper, Stack, Text, Textarea, TextInput, Title } from "@mantine/core";
import { isNotEmpty, useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lexicalHash } from "#server/lexical-hash.ts";
import { vectorPrice } from "#server/operations.ts";
import { count, formatNumber } from "../../../_components/format.ts";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { useTRPC } from "../../../_trpc/provider.tsx";
import { isLanguage, LanguageField, ModelField } from "../reading-fields.tsx";
import { VisibilityField } from "../visibility-field.tsx";
import { DeleteDataset } from "./delete-dataset.tsx";
import { IndexingNote } from "./indexing-note.tsx";

type Dataset = {
  id: string;
  name: string;
  description: string;
  visibility: "private" | "public";
  language: string;
  embeddingModel: string;
  documentCount: number;
  indexing: boolean;
};

export function SettingsPanel({ dataset, models }: { dataset: Dataset; models: readonly string[] }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { name, description, visibility, language, embeddingModel } = dataset;
  const form = useForm({
    initialValues: { name, description, visibility: String(visibility), language, embeddingModel },
    validate: { name: isNotEmpty("A dataset needs a name") },
  });
  const update = useMutation(
    trpc.datasets.update.mutationOptions({
      onSuccess: (saved) => {
        form.setInitialValues({
          name: saved.name,
          description: saved.description,
          visibility: saved.visibility,
          language: saved.language,
          embeddingModel: saved.embeddingModel,
        });
        form.reset();
        notifications.show({ message: "Saved" });
        return queries.invalidateQueries(trpc.datasets.pathFilter());
      },
    }),
  );
  const willBePublic = visibility === "private" && form.values.visibility === "public";
  const readAnew = form.values.language !== language || form.values.embeddingModel !== embeddingModel;
  return (
    <Stack gap="xl" maw={640}>
      <Paper withBorder p="xl">
        <form
          onSubmit={form.onSubmit((values) =>
            update.mutate({
              datasetId: dataset.id,
              name: values.name,
              description: values.description,
              visibility: values.visibility === "public" ? "public" : "private",
              ...(values.language !== language && isLanguage(values.language)
                ? { language: values.language }
                : {}),
              ...(values.embeddingModel !== embeddingModel ? { embeddingModel: values.embeddingModel } : {}),
            }),
          )}
        >
          <Stack>
            <ProblemAlert error={update.error} />
            <TextInput label="Name" maxLength={100} {...form.getInputProps("name")} />
            <Textarea
              label="Description"
              description="AI apps read this to know when to search here"
              autosize
              minRows={2}
              maxRows={8}
              maxLength={2000}
              {...form.getInputProps("description")}
            />
            <VisibilityField {...form.getInputProps("visibility")} />
            {willBePublic && (
              <Text size="sm" role="status" c="var(--mantine-color-error)">
                Once saved, everyone who can reach this server can find this dataset and read passages of its
                {dataset.documentCount === 1 ? " document" : ` ${dataset.documentCount} documents`}. What they
                have read cannot be taken back.
              </Text>
            )}
            <LanguageField {...form.getInputProps("language")} />
            <ModelField
              models={models.includes(embeddingModel) ? models : [...models, embeddingModel]}
              {...form.getInputProps("embeddingModel")}
            />
            <IndexingNote indexing={dataset.indexing} />
            {readAnew && (
              <Text size="sm" role="status">
                Once saved, its passages are made ready anew in the background. Searches work all the while,
                as before until it is done. {costText(form.values.embeddingModel, embeddingModel)}
              </Text>
            )}
            <Group justify="flex-end">
              <Button type="submit" disabled={!form.isDirty()} loading={update.isPending}>
                {willBePublic ? "Save and make public" : "Save"}
              </Button>
            </Group>
          </Stack>
        </form>
      </Paper>
      <Paper withBorder p="xl">
        <Title order={2} fz="lg">
          Delete this dataset
        </Title>
        <Text size="sm" c="dimmed" mt={4} mb="md">
          Its documents, passages and search are gone for good. Receipts of past searches stay.
        </Text>
        <DeleteDataset dataset={dataset} />
      </Paper>
    </Stack>
  );
}

function costText(model: string, before: string): string {
  if (model === before || model === lexicalHash.model) return "It costs no credits.";
  return `It costs ${count(vectorPrice.credits, "credit")} for each full ${formatNumber(vectorPrice.characters)} characters, and so do the vectors of what is added later.`;
}
