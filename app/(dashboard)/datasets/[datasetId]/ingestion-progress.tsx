import { Group, ProgressRoot, ProgressSection, Stack, Text } from "@mantine/core";
import { count } from "../../../_components/format.ts";

export type States = { queued: number; processing: number; ready: number; failed: number };

export function IngestionProgress({ states }: { states: States }) {
  const total = states.queued + states.processing + states.ready + states.failed;
  const waiting = states.queued + states.processing;
  if (total === 0) return null;
  const text =
    waiting > 0
      ? `Reading documents: ${count(waiting, "is", "are")} left`
      : states.failed > 0
        ? "All documents have been read, but some failed"
        : "All documents are ready";
  return (
    <Stack gap={6}>
      <Group justify="space-between" gap="xs">
        <Text size="sm" role="status">
          {text}
        </Text>
        <Text size="sm" c="dimmed" className="numeric">
          {count(states.ready, "ready", "ready")}
          {states.failed > 0 && `, ${count(states.failed, "failed", "failed")}`}
          {waiting > 0 && ` of ${count(total, "document")}`}
        </Text>
      </Group>
      {waiting > 0 && (
        <ProgressRoot size="sm">
          <ProgressSection value={(100 * states.ready) / total} aria-label="Ready" />
          <ProgressSection value={(100 * states.failed) / total} color="red" aria-label="Failed" />
          <ProgressSection
            value={(100 * states.processing) / total}
            color="pine.3"
            animated
            aria-label="Being read"
          />
        </ProgressRoot>
      )}
    </Stack>
  );
}
