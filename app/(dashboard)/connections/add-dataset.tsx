"use client";

import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useMounted } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import type { FormEvent, ReactNode } from "react";
import { DeliberateNote } from "../../_components/deliberate-note.tsx";
import { ButtonLink } from "../../_components/links.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useDeliberate } from "../../_components/use-deliberate.ts";
import { useTRPC } from "../../_trpc/provider.tsx";
import { type Connection, hostText } from "./connection.ts";
import { Trust } from "./trust.tsx";

export type AskedDataset = { id: string; name: string; description: string };

/**
 * What an app that ran into a dataset it was not granted asks its owner for: that dataset and nothing else.
 * Null where it is none of the visitor's; why is not told, since it is not known here either.
 */
export function AddDataset(props: {
  connection: Connection | null;
  dataset: AskedDataset | null;
  email: string;
}) {
  const { connection, dataset, email } = props;
  if (!connection) {
    return (
      <Nothing title="There is no such app here">
        This link names an app that is not connected to your account. It may have been disconnected, or it
        belongs to another account than <bdi>{email}</bdi>.
      </Nothing>
    );
  }
  const { client, datasets } = connection;
  if (!dataset) {
    return (
      <Nothing title="There is no such dataset">
        <bdi>{client.name}</bdi> asked for a dataset that is neither yours nor a public one of this server, so
        there is nothing to add. Either it has the wrong id, or the dataset was deleted.
      </Nothing>
    );
  }
  if (datasets === "all" || datasets.some(({ id }) => id === dataset.id)) {
    return (
      <Nothing title="There is nothing to add">
        <bdi>{client.name}</bdi> may read <bdi>{dataset.name}</bdi> already.
      </Nothing>
    );
  }
  return <Asked connection={connection} dataset={dataset} />;
}

function Asked({ connection, dataset }: { connection: Connection; dataset: AskedDataset }) {
  const { id: connectionId, client } = connection;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const router = useRouter();
  const live = useMounted();
  const deliberate = useDeliberate();
  const add = useMutation(
    trpc.connections.update.mutationOptions({
      onSuccess: async () => {
        notifications.show({ message: `“${client.name}” may now read “${dataset.name}”` });
        await queries.invalidateQueries(trpc.connections.pathFilter());
        router.push("/connections");
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (deliberate.check()) add.mutate({ connectionId, addDatasets: [dataset.id] });
  };
  const note = stateNote(connection);
  return (
    <Box>
      <form method="post" onSubmit={submit}>
        <Stack gap="lg">
          <Stack gap="xs">
            <Title order={1} fz={22} style={{ overflowWrap: "anywhere" }}>
              Let <bdi>{client.name}</bdi> read <bdi>{dataset.name}</bdi>?
            </Title>
            <Group gap="xs" c="dimmed" fz="sm">
              <span style={{ overflowWrap: "anywhere" }}>{hostText(client)}</span>
              <Trust client={client} />
            </Group>
          </Stack>
          {dataset.description && (
            <Text size="sm" style={{ overflowWrap: "anywhere" }} lineClamp={4}>
              {dataset.description}
            </Text>
          )}
          <Text size="sm">
            It asked for this dataset and may not read it yet. What else you gave it stays as it is: what it
            may do, spend and call. You can take it back at any time.
          </Text>
          {note && <Text size="sm">{note}</Text>}
          <ProblemAlert error={add.error} />
          {deliberate.warned && <DeliberateNote press="Add dataset" />}
          <Group grow>
            <ButtonLink href="/connections" variant="default">
              Not now
            </ButtonLink>
            <Button type="submit" loading={add.isPending || add.isSuccess} disabled={!live}>
              Add dataset
            </Button>
          </Group>
        </Stack>
      </form>
    </Box>
  );
}

function stateNote({ pausedAt, expiresAt }: Connection): string | null {
  if (expiresAt !== null && new Date(expiresAt).getTime() <= Date.now())
    return "Its connection has expired: it reads nothing until you connect it again.";
  return pausedAt ? "It is paused: it reads nothing until you resume it." : null;
}

function Nothing({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Box>
      <Stack>
        <Title order={1} fz={22}>
          {title}
        </Title>
        <Text style={{ overflowWrap: "anywhere" }}>{children}</Text>
        <Group>
          <ButtonLink href="/connections">See your connections</ButtonLink>
        </Group>
      </Stack>
    </Box>
  );
}

function Box({ children }: { children: ReactNode }) {
  return (
    <Paper withBorder p={{ base: "md", xs: "xl" }} shadow="xs" maw={560} mx="auto" w="100%">
      {children}
    </Paper>
  );
}
