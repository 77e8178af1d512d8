"use client";

import { Code, Group, Paper, Stack, Text } from "@mantine/core";
import { TimeText } from "../../_components/time-text.tsx";
import type { UsedBudget } from "./budget.ts";
import { BudgetBar } from "./budget-bar.tsx";
import { KeyActions } from "./key-actions.tsx";

export type Key = {
  id: string;
  name: string;
  prefix: string;
  scopes: readonly string[];
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  budget: UsedBudget | null;
};

export function KeyTable({ items }: { items: readonly Key[] }) {
  return (
    <Paper component="ul" withBorder p={0} m={0} style={{ listStyle: "none" }}>
      {items.map((key, index) => (
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
                {key.scopes.join(", ")}
              </Text>
              {key.budget && <BudgetBar budget={key.budget} keyName={key.name} />}
              <Group gap="md" fz="sm" c="dimmed">
                <span>
                  {key.lastUsedAt ? (
                    <>
                      Last used <TimeText value={key.lastUsedAt} />
                    </>
                  ) : (
                    "Never used"
                  )}
                </span>
                <span>
                  Created <TimeText value={key.createdAt} />
                </span>
                <Expiry at={key.expiresAt} />
              </Group>
            </Stack>
            <KeyActions apiKey={key} />
          </Group>
        </li>
      ))}
    </Paper>
  );
}

function Expiry({ at }: { at: string | null }) {
  if (at === null) return <span>Never expires</span>;
  const over = new Date(at).getTime() < Date.now();
  return (
    <Text span inherit {...(over ? { c: "var(--mantine-color-error)" } : {})}>
      {over ? "Expired" : "Expires"} <TimeText value={at} />
    </Text>
  );
}
