import { Paper, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** Instead of a form: what has happened, and where to go on. */
export function AuthNote({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper withBorder p="xl" shadow="xs" w="100%" maw={400} mx="auto">
      <Stack gap="sm">
        <Title order={1} fz={22}>
          {title}
        </Title>
        {children}
      </Stack>
    </Paper>
  );
}

/** Where mail goes on a server that has no mail server to send it. */
export function OutboxHint({ kept }: { kept: boolean }) {
  if (!kept) return null;
  return (
    <Text size="sm" c="dimmed">
      This server sends no mail. Whoever runs it finds the mail in the folder outbox of its data folder.
    </Text>
  );
}
