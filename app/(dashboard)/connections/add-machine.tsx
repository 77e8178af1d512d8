"use client";

import { Modal, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Scope } from "#server/operations.ts";
import {
  defaultLifetime,
  defaultRate,
  noDatasets,
  toExpiresInDays,
} from "../../_components/access-fields/access.ts";
import { ExpiryField } from "../../_components/access-fields/expiry-field.tsx";
import { ScopesField } from "../../_components/access-fields/scopes-field.tsx";
import { FormButtons } from "../../_components/form-buttons.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { AccessFields } from "../access/access-fields.tsx";
import { type AccessValues, hasProblem, toAccess } from "../access/access-values.ts";
import { scopeNames } from "../access/scope-names.ts";
import type { MadeMachine } from "./new-machine.tsx";

const initialValues: AccessValues = {
  datasets: noDatasets,
  budget: { period: "day", credits: 500 },
  rate: defaultRate,
  addresses: [],
};

type Props = { onClose: () => void; onCreated: (made: MadeMachine) => void };

export function AddMachine({ opened, ...props }: Props & { opened: boolean }) {
  return (
    <Modal opened={opened} onClose={props.onClose} title="Add a machine">
      <MachineForm {...props} />
    </Modal>
  );
}

function MachineForm({ onClose, onCreated }: Props) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Scope[]>(["mcp:query", "mcp:tools"]);
  const [values, setValues] = useState(initialValues);
  const [lifetime, setLifetime] = useState<string>(defaultLifetime);
  const [tried, setTried] = useState(false);
  const create = useMutation(
    trpc.connections.createMachine.mutationOptions({
      onSuccess: ({ client, clientSecret, scopes: granted }) => {
        onClose();
        onCreated({ name: client.name, clientId: client.id, clientSecret, scopes: granted });
        return queries.invalidateQueries(trpc.connections.pathFilter());
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() === "" || scopes.length === 0 || hasProblem(values)) return;
    create.mutate({ name, scopes, ...toAccess(values), expiresInDays: toExpiresInDays(lifetime) });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm" c="dimmed">
          A program of yours that signs in by itself, with an id and a secret. It acts for you within what you
          choose here.
        </Text>
        <ProblemAlert error={create.error} />
        <TextInput
          label="Name"
          placeholder="Nightly report"
          maxLength={80}
          data-autofocus
          error={tried && name.trim() === "" ? "Give it a name" : null}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <ScopesField
          asked={scopeNames}
          value={scopes}
          onChange={setScopes}
          error={scopes.length === 0 ? "Choose at least one" : null}
        />
        <AccessFields values={values} onChange={setValues} />
        <ExpiryField value={lifetime} onChange={setLifetime} />
        <FormButtons onCancel={onClose} busy={create.isPending}>
          Add machine
        </FormButtons>
      </Stack>
    </form>
  );
}
