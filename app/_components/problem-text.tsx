"use client";

import { Alert, Button, Group, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";

/** Knows nothing of the API client, which pages without a session do not load. */
export function ProblemText(props: {
  detail: string;
  hint?: string | undefined;
  requestId?: string | undefined;
  onRetry?: () => void;
}) {
  return (
    <Alert
      role="alert"
      variant="default"
      radius="md"
      icon={<IconAlertTriangle color="var(--mantine-color-error)" />}
      title={props.detail}
      styles={{ title: { color: "var(--mantine-color-text)" } }}
    >
      {props.hint && <Text size="sm">{props.hint}</Text>}
      {props.requestId && (
        <Text size="xs" c="dimmed" mt={4} style={{ overflowWrap: "anywhere" }}>
          Request {props.requestId}
        </Text>
      )}
      {props.onRetry && (
        <Group mt="sm">
          <Button size="xs" variant="default" onClick={props.onRetry}>
            Try again
          </Button>
        </Group>
      )}
    </Alert>
  );
}
