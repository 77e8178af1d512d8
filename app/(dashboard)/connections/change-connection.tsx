"use client";

import { Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { toExpiresInDays } from "../../_components/access-fields/access.ts";
import { usedText } from "../../_components/access-fields/budget.ts";
import { ExpiryField } from "../../_components/access-fields/expiry-field.tsx";
import { ScopesField } from "../../_components/access-fields/scopes-field.tsx";
import { FormButtons } from "../../_components/form-buttons.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { AccessFields } from "../access/access-fields.tsx";
import { accessValuesOf, hasProblem, toAccess } from "../access/access-values.ts";
import { scopeNames } from "../access/scope-names.ts";
import type { Connection } from "./connection.ts";

type Props = { connection: Connection; opened: boolean; onClose: () => void };

export function ChangeConnection({ connection, opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={`What ${connection.client.name} may do`}>
      <ChangeForm connection={connection} onClose={onClose} />
    </Modal>
  );
}

function ChangeForm({ connection, onClose }: Omit<Props, "opened">) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [scopes, setScopes] = useState(connection.scopes);
  const [values, setValues] = useState(() => accessValuesOf(connection));
  const [lifetime, setLifetime] = useState("kept");
  const change = useMutation(
    trpc.connections.update.mutationOptions({
      onSuccess: () => {
        onClose();
        return queries.invalidateQueries(trpc.connections.pathFilter());
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (hasProblem(values) || scopes.length === 0) return;
    change.mutate({
      connectionId: connection.id,
      scopes,
      ...toAccess(values),
      ...(lifetime === "kept" ? {} : { expiresInDays: toExpiresInDays(lifetime) }),
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemAlert error={change.error} />
        <ScopesField
          asked={scopeNames}
          value={scopes}
          onChange={setScopes}
          error={scopes.length === 0 ? "Choose at least one, or pause or disconnect it" : null}
        />
        <AccessFields
          values={values}
          onChange={setValues}
          granted={connection.datasets === "all" ? [] : connection.datasets}
        />
        <ExpiryField value={lifetime} onChange={setLifetime} kept={keptText(connection.expiresAt)} />
        <Text size="sm" c="dimmed">
          {connection.budget && `Used: ${usedText(connection.budget)}. `}Its next call goes by what you save
          here. What it did not ask for before, it may do once it has signed in again.
        </Text>
        <FormButtons onCancel={onClose} busy={change.isPending}>
          Save
        </FormButtons>
      </Stack>
    </form>
  );
}

function keptText(expiresAt: string | null): string {
  if (expiresAt === null) return "As it is: never";
  const date = new Date(expiresAt).toLocaleDateString("en-GB", { dateStyle: "medium" });
  return `As it is: ${date}`;
}
