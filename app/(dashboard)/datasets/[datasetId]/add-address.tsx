"use client";

import { Modal, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { FormButtons } from "../../../_components/form-buttons.tsx";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { useTRPC } from "../../../_trpc/provider.tsx";
import { choiceOf, hoursOf, schedules } from "./schedule.ts";

const byItself = "auto";
const kinds = [
  { value: byItself, label: "Found out from the address" },
  { value: "page", label: "This page or file" },
  { value: "sitemap", label: "Every page of a sitemap" },
  { value: "archive", label: "Every file of an archive or repository" },
] as const;

export function AddAddress(props: { datasetId: string; opened: boolean; onClose: () => void }) {
  const { datasetId, opened, onClose } = props;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { url: "", kind: byItself as string, schedule: choiceOf(null) },
    validate: {
      url: (value) =>
        /^https?:\/\/\S+$/.test(value.trim()) ? null : "An address begins with https:// or http://",
    },
  });
  const create = useMutation(
    trpc.sources.create.mutationOptions({
      onSuccess: () => {
        form.reset();
        onClose();
        return queries.invalidateQueries(trpc.sources.pathFilter());
      },
    }),
  );
  const submit = ({ url, kind, schedule }: typeof form.values) => {
    const chosen = kinds.find(({ value }) => value === kind)?.value ?? byItself;
    create.mutate({
      datasetId,
      url: url.trim(),
      everyHours: hoursOf(schedule),
      ...(chosen === byItself ? {} : { kind: chosen }),
    });
  };
  return (
    <Modal opened={opened} onClose={onClose} title="Read from the web">
      <form onSubmit={form.onSubmit(submit)} noValidate>
        <Stack>
          <ProblemAlert error={create.error} />
          <TextInput
            label="Address"
            description="A page, a sitemap, an archive, or a repository on GitHub, GitLab or Codeberg"
            type="url"
            inputMode="url"
            placeholder="https://"
            maxLength={2000}
            data-autofocus
            key={form.key("url")}
            {...form.getInputProps("url")}
          />
          <Select
            label="What to read"
            data={[...kinds]}
            allowDeselect={false}
            key={form.key("kind")}
            {...form.getInputProps("kind")}
          />
          <Select
            label="Read it again"
            description="What did not change costs nothing"
            data={schedules(null)}
            allowDeselect={false}
            key={form.key("schedule")}
            {...form.getInputProps("schedule")}
          />
          <FormButtons onCancel={onClose} busy={create.isPending}>
            Read it
          </FormButtons>
        </Stack>
      </form>
    </Modal>
  );
}
