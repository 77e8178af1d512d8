"use client";

import { Badge, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { confirmDialog } from "../../_components/dialogs.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";

/** Nothing for an owner who registered none. */
export function RegisteredClients() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const clients = useQuery(trpc.connections.clients.queryOptions({}));
  const remove = useMutation(
    trpc.connections.deleteClient.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.connections.pathFilter()),
    }),
  );
  if (!clients.data || clients.data.items.length === 0) return null;
  const ask = (clientId: string, name: string) =>
    confirmDialog({
      title: `Delete ${name}?`,
      children: (
        <Text size="sm">Every connection to it ends, also those of other users, and its id is gone.</Text>
      ),
      labels: { confirm: "Delete client", cancel: "Cancel" },
      confirmProps: { color: "red" },
      onConfirm: () => remove.mutate({ clientId }),
    });
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        Clients you registered
      </Title>
      <ProblemAlert error={remove.error} />
      {clients.data.items.map(({ clientId, name, redirectUris, confidential }) => (
        <Card key={clientId} withBorder padding="sm">
          <Group justify="space-between" wrap="nowrap" align="flex-start">
            <Stack gap={2} miw={0} flex={1}>
              <Group gap="xs">
                <Text fw={600}>{name}</Text>
                <Badge variant="default">
                  {redirectUris.length === 0 ? "Machine" : confidential ? "Confidential" : "Public"}
                </Badge>
              </Group>
              <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                {clientId}
                {redirectUris.length > 0 && ` · ${redirectUris.join(", ")}`}
              </Text>
            </Stack>
            <Button
              variant="default"
              size="xs"
              flex="none"
              aria-label={`Delete ${name}`}
              onClick={() => ask(clientId, name)}
            >
              Delete
            </Button>
          </Group>
        </Card>
      ))}
    </Stack>
  );
}
