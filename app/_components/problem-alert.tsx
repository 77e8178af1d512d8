"use client";

import { Alert, Button, Group, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { problemOf } from "../_trpc/problem.ts";

/** Why a call failed and what to do, in the API's own words. Empty while nothing did. */
export function ProblemAlert({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  if (!error) return null;
  const { detail, hint, requestId } = problemOf(error);
  return <ProblemText detail={detail} hint={hint} requestId={requestId} {...(onRetry ? { onRetry } : {})} />;
}

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
