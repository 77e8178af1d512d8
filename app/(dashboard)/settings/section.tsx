import { Paper, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useId } from "react";

/** One matter of the settings under its heading. */
export function Section(props: { title: string; description?: ReactNode; children?: ReactNode }) {
  const id = useId();
  return (
    <Paper component="section" withBorder p="lg" aria-labelledby={id}>
      <Stack>
        <div>
          <Title order={2} fz="lg" id={id}>
            {props.title}
          </Title>
          {props.description && (
            <Text c="dimmed" size="sm" mt={4} maw="68ch">
              {props.description}
            </Text>
          )}
        </div>
        {props.children}
      </Stack>
    </Paper>
  );
}
