"use client";

import { Button, Checkbox, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { useTRPC } from "../../../_trpc/provider.tsx";
import type { Source } from "./source-words.ts";

export function DeleteSource(props: { source: Source; opened: boolean; onClose: () => void }) {
  const { id: sourceId, datasetId, url } = props.source;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [withDocuments, setWithDocuments] = useState(false);
  const remove = useMutation(
    trpc.sources.delete.mutationOptions({
      onSuccess: () =>
        Promise.all([
          queries.invalidateQueries(trpc.sources.pathFilter()),
          queries.invalidateQueries(trpc.documents.list.pathFilter()),
          queries.invalidateQueries(trpc.datasets.pathFilter()),
        ]),
    }),
  );
  return (
    <Modal opened={props.opened} onClose={props.onClose} title="Stop reading this address?">
      <Stack>
        <ProblemAlert error={remove.error} />
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {url} will not be read again.
        </Text>
        <Checkbox
          label="Delete its documents too"
          description="Otherwise they stay, as they were read last"
          checked={withDocuments}
          onChange={(event) => setWithDocuments(event.currentTarget.checked)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            Keep it
          </Button>
          <Button
            color="red"
            loading={remove.isPending}
            onClick={() => remove.mutate({ datasetId, sourceId, withDocuments })}
          >
            {withDocuments ? "Delete it and its documents" : "Stop reading it"}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
