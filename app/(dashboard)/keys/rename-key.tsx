"use client";

import { Modal, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { FormButtons } from "../../_components/form-buttons.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import type { Key } from "./key-table.tsx";

export function RenameKey(props: { apiKey: Key; opened: boolean; onClose: () => void }) {
  const { apiKey, opened, onClose } = props;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [name, setName] = useState(apiKey.name);
  const rename = useMutation(
    trpc.keys.update.mutationOptions({
      onSuccess: () => {
        onClose();
        return queries.invalidateQueries(trpc.keys.pathFilter());
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) rename.mutate({ keyId: apiKey.id, name });
  };
  return (
    <Modal opened={opened} onClose={onClose} title="Rename the key">
      <form onSubmit={submit}>
        <Stack>
          <ProblemAlert error={rename.error} />
          <TextInput
            label="Name"
            maxLength={100}
            data-autofocus
            error={name.trim() ? null : "Give it a name"}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <FormButtons onCancel={onClose} busy={rename.isPending}>
            Rename
          </FormButtons>
        </Stack>
      </form>
    </Modal>
  );
}
