import { Group, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

export function PageHeader(props: { title: string; description?: ReactNode; actions?: ReactNode }) {
  return (
    <Group justify="space-between" align="flex-start" gap="md" mb="xl">
      <Stack gap={4} miw={0} flex="1 1 18rem">
        <Title order={1} fz={26} style={{ overflowWrap: "anywhere" }}>
          {props.title}
        </Title>
        {props.description && (
          <Text c="dimmed" maw="68ch" style={{ overflowWrap: "anywhere" }}>
            {props.description}
          </Text>
        )}
      </Stack>
      {props.actions}
    </Group>
  );
}
