"use client";

import { Modal, Select, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { FormButtons } from "../../_components/form-buttons.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import type { Key, ShownSecret } from "./key-table.tsx";

const graces = [
  { value: "0", label: "Ends at once" },
  { value: "1", label: "Works for another hour" },
  { value: "24", label: "Works for another day" },
  { value: "168", label: "Works for another week" },
  { value: "720", label: "Works for another 30 days" },
];

type Props = { apiKey: Key; onClose: () => void; onRotated: (made: ShownSecret) => void };

export function RotateKey({ opened, ...props }: Props & { opened: boolean }) {
  return (
    <Modal opened={opened} onClose={props.onClose} title={`Rotate ${props.apiKey.name}`}>
      <RotateForm {...props} />
    </Modal>
  );
}

function RotateForm({ apiKey, onClose, onRotated }: Props) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [grace, setGrace] = useState("24");
  const rotate = useMutation(
    trpc.keys.rotate.mutationOptions({
      onSuccess: ({ name, key }) => {
        onClose();
        onRotated({ name, key });
        return queries.invalidateQueries(trpc.keys.pathFilter());
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    rotate.mutate({ keyId: apiKey.id, graceHours: Number(grace) });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemAlert error={rotate.error} />
        <Text size="sm">
          The key gets a new secret and keeps its name, datasets, budget and limits. While the old secret
          still works, you see here who uses it.
          {apiKey.retired && " The secret that you replaced before ends now."}
        </Text>
        <Select
          label="The old secret"
          data={graces}
          allowDeselect={false}
          value={grace}
          onChange={(value) => setGrace(value ?? "24")}
        />
        <FormButtons onCancel={onClose} busy={rotate.isPending}>
          Rotate key
        </FormButtons>
      </Stack>
    </form>
  );
}
