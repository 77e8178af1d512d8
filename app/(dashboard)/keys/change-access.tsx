"use client";

import { Modal, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { problemOfRate } from "../../_components/access-fields/access.ts";
import { DatasetsField } from "../../_components/access-fields/datasets-field.tsx";
import { RateField } from "../../_components/access-fields/rate-field.tsx";
import { FormButtons } from "../../_components/form-buttons.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { accessValuesOf, toAccess } from "../access/access-values.ts";
import { AddressesField } from "../access/addresses-field.tsx";
import type { Key } from "./key-table.tsx";

type Props = { apiKey: Key; onClose: () => void };

export function ChangeAccess({ opened, ...props }: Props & { opened: boolean }) {
  return (
    <Modal opened={opened} onClose={props.onClose} title={`Access of ${props.apiKey.name}`}>
      <AccessForm {...props} />
    </Modal>
  );
}

function AccessForm({ apiKey, onClose }: Props) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [values, setValues] = useState(() => accessValuesOf(apiKey));
  const change = useMutation(
    trpc.keys.update.mutationOptions({
      onSuccess: () => {
        onClose();
        return queries.invalidateQueries(trpc.keys.pathFilter());
      },
    }),
  );
  const problem = problemOfRate(values.rate);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (problem !== null) return;
    const { datasets, callsPerHour, addresses } = toAccess(values);
    change.mutate({ keyId: apiKey.id, datasets, callsPerHour, addresses });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemAlert error={change.error} />
        <DatasetsField
          granted={apiKey.datasets === "all" ? [] : apiKey.datasets}
          value={values.datasets}
          onChange={(datasets) => setValues({ ...values, datasets })}
        />
        <RateField value={values.rate} onChange={(rate) => setValues({ ...values, rate })} error={problem} />
        <AddressesField
          value={values.addresses}
          onChange={(addresses) => setValues({ ...values, addresses })}
        />
        <FormButtons onCancel={onClose} busy={change.isPending}>
          Save access
        </FormButtons>
      </Stack>
    </form>
  );
}
