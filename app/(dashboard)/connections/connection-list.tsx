"use client";

import { Alert, Badge, Group, Paper, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { TimeText } from "../../_components/time-text.tsx";
import { AccessFacts, Expiry, LastCall } from "../access/access-facts.tsx";
import { scopesText } from "../access/scope-names.ts";
import { type Connection, hostText } from "./connection.ts";
import { ConnectionActions } from "./connection-actions.tsx";
import { Trust } from "./trust.tsx";

export function ConnectionList({ items }: { items: readonly Connection[] }) {
  return (
    <Paper component="ul" withBorder p={0} m={0} style={{ listStyle: "none" }} aria-label="Connections">
      {items.map((connection, index) => (
        <li key={connection.id} style={index > 0 ? { borderTop: "1px solid var(--fltr-line)" } : {}}>
          <Row connection={connection} />
        </li>
      ))}
    </Paper>
  );
}

function Row({ connection }: { connection: Connection }) {
  const { client, login, scopes, pausedAt, alertedAt } = connection;
  return (
    <Stack gap="sm" px="lg" py="md">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Stack gap={2} miw={0}>
          <Group gap="xs">
            <Text fw={550} style={{ overflowWrap: "anywhere" }}>
              <bdi>{client.name}</bdi>
            </Text>
            {!login && <Trust client={client} />}
            {pausedAt && (
              <Badge variant="default" tt="none" fw={500}>
                Paused
              </Badge>
            )}
          </Group>
          <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {login ? "Signed in with your e-mail address and password" : hostText(client)}
          </Text>
        </Stack>
        <ConnectionActions connection={connection} />
      </Group>
      {alertedAt && (
        <Alert
          variant="default"
          icon={<IconAlertTriangle color="var(--mantine-color-error)" />}
          title="A code or refresh token of this app was used twice; its tokens were ended"
          styles={{ title: { color: "var(--mantine-color-text)" } }}
        >
          <Text size="sm">
            It happened <TimeText value={alertedAt} />. Somebody may have copied it. Connect the app again if
            you trust the place it runs on; otherwise disconnect it.
          </Text>
        </Alert>
      )}
      <Text size="sm" c="dimmed">
        {login ? "May do all that you may" : scopesText(scopes)}
      </Text>
      <AccessFacts access={connection} name={client.name} />
      <Group gap="md" fz="sm" c="dimmed" style={{ rowGap: 4 }}>
        <LastCall at={connection.lastUsedAt} />
        <span>
          {login ? "Since" : "Connected"} <TimeText value={connection.createdAt} />
        </span>
        <Expiry at={connection.expiresAt} />
      </Group>
    </Stack>
  );
}
