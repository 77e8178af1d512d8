"use client";

import { MultiSelect, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { ReactNode } from "react";
import type { OptionName } from "#server/query-fields.ts";
import { FormButtons } from "../../_components/form-buttons.tsx";
import { OptionFields } from "./option-fields.tsx";
import { type ChosenOptions, fieldList } from "./option-words.ts";

export type EndpointValues = {
  name: string;
  title: string;
  description: string;
  options: ChosenOptions;
  fixed: OptionName[];
  publish: boolean;
};

const fixable = fieldList.map(({ name, label }) => ({ value: name, label }));

export function EndpointForm(props: {
  initial: EndpointValues;
  /** Its name cannot change any more. */
  named?: boolean;
  submit: string;
  publishLabel: string;
  pending: boolean;
  problem: ReactNode;
  onSubmit: (values: EndpointValues) => void;
  onCancel: () => void;
}) {
  const form = useForm({
    initialValues: props.initial,
    validate: {
      name: (name) =>
        /^[a-z][a-z0-9]*([_-][a-z0-9]+)*$/.test(name)
          ? null
          : "Small letters and digits, words joined by - or _, as release-notes",
    },
  });
  return (
    <form onSubmit={form.onSubmit(props.onSubmit)}>
      <Stack>
        {props.problem}
        {!props.named && (
          <TextInput
            label="Name"
            description="What callers write; it cannot be changed later"
            placeholder="short-answers"
            maxLength={40}
            autoCapitalize="none"
            spellCheck={false}
            data-autofocus
            {...form.getInputProps("name")}
          />
        )}
        <TextInput label="Title" maxLength={100} {...form.getInputProps("title")} />
        <Textarea
          label="Description"
          description="AI apps read this to know when to use it"
          autosize
          minRows={2}
          maxRows={6}
          maxLength={1000}
          {...form.getInputProps("description")}
        />
        <OptionFields
          value={form.values.options}
          onChange={(options) => form.setFieldValue("options", options)}
        />
        <MultiSelect
          label="Not for callers to change"
          description="A caller may choose every other option for a single search"
          data={fixable}
          clearable
          {...form.getInputProps("fixed")}
        />
        <Switch label={props.publishLabel} {...form.getInputProps("publish", { type: "checkbox" })} />
        <FormButtons onCancel={props.onCancel} busy={props.pending}>
          {props.submit}
        </FormButtons>
      </Stack>
    </form>
  );
}
