"use client";

import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { count } from "../../../_components/format.ts";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { useTRPC } from "../../../_trpc/provider.tsx";

export function DeleteDataset(props: { dataset: { id: string; name: string; documentCount: number } }) {
  const { id, name, documentCount } = props.dataset;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const router = useRouter();
  const [opened, { open, close }] = useDisclosure();
  const [typed, setTyped] = useState("");
  const remove = useMutation(
    trpc.datasets.delete.mutationOptions({
      onSuccess: () => {
        router.replace("/datasets");
        void queries.invalidateQueries(trpc.datasets.list.pathFilter());
        void queries.invalidateQueries(trpc.datasets.mine.pathFilter());
      },
    }),
  );
  const confirmed = typed.trim() === name;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (confirmed) remove.mutate({ datasetId: id });
  };
  return (
    <>
      <Button color="red" variant="outline" onClick={open}>
        Delete dataset
      </Button>
      <Modal opened={opened} onClose={close} title="Delete this dataset?">
        <form onSubmit={submit}>
          <Stack>
            <ProblemAlert error={remove.error} />
            <Text size="sm" style={{ overflowWrap: "anywhere" }}>
              “{name}” and its {count(documentCount, "document")} will be gone for good. Apps that search it
              will be told that it does not exist.
            </Text>
            <TextInput
              label={`Type its name to confirm: ${name}`}
              autoComplete="off"
              data-autofocus
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Keep it
              </Button>
              <Button
                type="submit"
                color="red"
                disabled={!confirmed}
                loading={remove.isPending || remove.isSuccess}
              >
                Delete for good
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
