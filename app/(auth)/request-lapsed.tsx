import { Paper, Stack, Text, Title } from "@mantine/core";
import { TextLink } from "../_components/links.tsx";

/** Instead of a form for a request that was changed on its way, has expired or was answered. */
export function RequestLapsed() {
  return (
    <Paper withBorder p="xl" shadow="xs">
      <Stack gap="sm">
        <Title order={1} fz={22}>
          This request is no longer good
        </Title>
        <Text>
          It has expired, was answered already, or its address was changed on the way here. Nothing was
          granted.
        </Text>
        <Text>Go back to the app and connect again: it then sends you here with a new request.</Text>
        <Text size="sm">
          <TextLink href="/overview">Go to the overview</TextLink>
        </Text>
      </Stack>
    </Paper>
  );
}
