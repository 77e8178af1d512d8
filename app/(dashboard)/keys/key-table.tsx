"use client";

import { Code, Group, Paper, Stack, Text } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/router.ts";
import { TimeText } from "../../_components/time-text.tsx";
import { AccessFacts, Expiry, LastCall } from "../access/access-facts.tsx";
import { scopesText } from "../access/scope-names.ts";
import { KeyActions } from "./key-actions.tsx";

export type Key = inferRouterOutputs<AppRouter>["keys"]["list"]["items"][number];
export type ShownSecret = { name: string; key: string };

export function KeyTable(props: { items: readonly Key[]; onRotated: (made: ShownSecret) => void }) {
  return (
    <Paper component="ul" withBorder p={0} m={0} style={{ listStyle: "none" }} aria-label="Keys">
      {props.items.map((key, index) => (
        <li key={key.id} style={index > 0 ? { borderTop: "1px solid var(--fltr-line)" } : {}}>
          <Group justify="space-between" wrap="nowrap" align="flex-start" px="lg" py="md">
            <Stack gap={6} miw={0}>
              <Group gap="sm">
                <Text fw={550} style={{ overflowWrap: "anywhere" }}>
                  {key.name}
                </Text>
                <Code>{key.prefix}…</Code>
              </Group>
              <Text size="sm" c="dimmed">
                {scopesText(key.scopes)}
              </Text>
              <AccessFacts access={key} name={key.name} />
              {key.retired && <Retired retired={key.retired} />}
              <Group gap="md" fz="sm" c="dimmed" style={{ rowGap: 4 }}>
                <LastCall at={key.lastUsedAt} />
                <span>
                  Created <TimeText value={key.createdAt} />
                </span>
                <Expiry at={key.expiresAt} />
              </Group>
            </Stack>
            <KeyActions apiKey={key} onRotated={props.onRotated} />
          </Group>
        </li>
      ))}
    </Paper>
  );
}

/** Once nobody uses it any more, the rotation is done. */
function Retired({ retired }: { retired: NonNullable<Key["retired"]> }) {
  const { until, lastUsedAt, lastAddress } = retired;
  return (
    <Group gap={6} wrap="nowrap" align="flex-start">
      <IconRefresh size={16} aria-hidden="true" style={{ flexShrink: 0, marginTop: 2 }} />
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        The old secret ends <TimeText value={until} />.{" "}
        {lastUsedAt ? (
          <>
            It was last used <TimeText value={lastUsedAt} />
            {lastAddress && ` from ${lastAddress}`}.
          </>
        ) : (
          "Nobody has used it since the rotation."
        )}
      </Text>
    </Group>
  );
}
