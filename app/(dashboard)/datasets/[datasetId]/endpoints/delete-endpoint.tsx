"use client";

import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ProblemAlert } from "../../../../_components/problem-alert.tsx";
import { useTRPC } from "../../../../_trpc/provider.tsx";
import type { Endpoint } from "./endpoint.ts";

export function DeleteEndpoint(props: { endpoint: Endpoint; opened: boolean; onClose: () => void }) {
  const { id, name, version } = props.endpoint;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const remove = useMutation(
    trpc.endpoints.delete.mutationOptions({
      onSuccess: () => {
        props.onClose();
        return queries.invalidateQueries(trpc.endpoints.list.pathFilter());
      },
    }),
  );
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={`Delete ${name}?`}>
      <Stack>
        <ProblemAlert error={remove.error} />
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {version === null
            ? "The draft will be gone for good."
            : `Its options and every version will be gone for good. Whoever calls ${name} is answered that it does not exist, and AI apps no longer see it. Receipts keep its name.`}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose} data-autofocus>
            Keep it
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate({ endpointId: id })}>
            Delete for good
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
