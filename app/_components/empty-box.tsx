import { Paper, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** What there would be, and what to do so that there is. */
export function EmptyBox(props: { icon: ReactNode; title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <Paper withBorder px="lg" py={48} style={{ borderStyle: "dashed" }}>
      <Stack align="center" gap="xs" ta="center">
        <ThemeIcon variant="default" size={44} radius="md" aria-hidden="true">
          {props.icon}
        </ThemeIcon>
        <Title order={2} fz="lg" mt="xs">
          {props.title}
        </Title>
        <Text c="dimmed" maw="46ch" mb={props.action ? "sm" : 0}>
          {props.children}
        </Text>
        {props.action}
      </Stack>
    </Paper>
  );
}
