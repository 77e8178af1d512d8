"use client";

import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { formatNumber } from "../../_components/format.ts";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import type { CreditRequest } from "./credit-requests.tsx";

export function DeclineRequest(props: { request: CreditRequest | null; onClose: () => void }) {
  return (
    <Modal opened={props.request !== null} onClose={props.onClose} title="Decline this request?">
      {props.request && <DeclineForm request={props.request} onClose={props.onClose} />}
    </Modal>
  );
}

function DeclineForm({ request, onClose }: { request: CreditRequest; onClose: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [note, setNote] = useState("");
  const decline = useMutation(
    trpc.admin.declineCreditRequest.mutationOptions({
      onSuccess: () => {
        onClose();
        return queries.invalidateQueries(trpc.admin.creditRequests.pathFilter());
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    decline.mutate({ requestId: request.id, note });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemAlert error={decline.error} />
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {request.email} asked for {formatNumber(request.amount)} credits and is told by mail. They may ask
          again.
        </Text>
        <Textarea
          label="Note"
          description="Goes into the mail; may be empty"
          autosize
          minRows={2}
          maxRows={6}
          maxLength={500}
          data-autofocus
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color="red" loading={decline.isPending}>
            Decline
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
