"use client";

import { Checkbox, CheckboxGroup, Modal, Select, Stack, TextInput } from "@mantine/core";
import { isNotEmpty, useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type Scope, scopes } from "#server/operations.ts";
import { FormButtons } from "../../_components/form-buttons.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { AccessFields } from "../access/access-fields.tsx";
import { accessValuesOf, hasProblem, toAccess } from "../access/access-values.ts";
import { scopeNames } from "../access/scope-names.ts";

const lifetimes = [
  { value: "30", label: "After 30 days" },
  { value: "90", label: "After 90 days" },
  { value: "365", label: "After a year" },
  { value: "never", label: "Never" },
];

const everything = accessValuesOf({ datasets: "all", budget: null, callsPerHour: null, addresses: [] });

const initialScopes: Scope[] = ["mcp:query", "mcp:tools"];

export function CreateKey(props: {
  opened: boolean;
  onClose: () => void;
  onCreated: (made: { name: string; key: string }) => void;
}) {
  const { opened, onClose, onCreated } = props;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useForm({
    initialValues: { name: "", scopes: initialScopes as string[], lifetime: "90", access: everything },
    validate: {
      name: isNotEmpty("Give it a name"),
      scopes: (chosen) => (chosen.length > 0 ? null : "Choose at least one"),
      access: (values) => (hasProblem(values) ? "Enter whole numbers" : null),
    },
  });
  const create = useMutation(
    trpc.keys.create.mutationOptions({
      onSuccess: ({ name, key }) => {
        onClose();
        form.reset();
        onCreated({ name, key });
        return queries.invalidateQueries(trpc.keys.pathFilter());
      },
    }),
  );
  const submit = ({ name, scopes: chosen, lifetime, access }: typeof form.values) =>
    create.mutate({
      name,
      scopes: scopeNames.filter((scope) => chosen.includes(scope)),
      ...toAccess(access),
      ...(lifetime === "never" ? {} : { expiresInDays: Number(lifetime) }),
    });
  return (
    <Modal opened={opened} onClose={onClose} title="New key">
      <form onSubmit={form.onSubmit(submit)}>
        <Stack>
          <ProblemAlert error={create.error} />
          <TextInput
            label="Name"
            description="The app that will use it"
            placeholder="Claude on my laptop"
            maxLength={100}
            data-autofocus
            {...form.getInputProps("name")}
          />
          <CheckboxGroup label="What it may do" {...form.getInputProps("scopes")}>
            <Stack gap="sm" mt="xs">
              {scopeNames.map((scope) => (
                <Checkbox key={scope} value={scope} label={scopes[scope]} description={scope} />
              ))}
            </Stack>
          </CheckboxGroup>
          <Select
            label="When it stops working"
            data={lifetimes}
            allowDeselect={false}
            {...form.getInputProps("lifetime")}
          />
          <AccessFields
            values={form.values.access}
            onChange={(access) => form.setFieldValue("access", access)}
          />
          <FormButtons onCancel={onClose} busy={create.isPending}>
            Create key
          </FormButtons>
        </Stack>
      </form>
    </Modal>
  );
}
