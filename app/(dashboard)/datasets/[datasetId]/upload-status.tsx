"use client";

import { Button, Group, List, ListItem, Paper, Progress, Stack, Text } from "@mantine/core";
import { count, formatBytes } from "../../../_components/format.ts";
import { TextLink } from "../../../_components/links.tsx";
import type { Uploads } from "./use-uploads.ts";

const shownFailures = 50;

export function UploadStatus(props: {
  uploads: Uploads;
  onRetry: (files: File[]) => void;
  onClose: () => void;
}) {
  const { running, total, sent, totalBytes, sentBytes, failures } = props.uploads;
  if (total === 0) return null;
  const unsent = failures.flatMap(({ unsent }) => unsent ?? []);
  return (
    <Paper withBorder p="md">
      <Stack gap="xs">
        <Group justify="space-between">
          <Text size="sm" fw={550} role="status">
            {running ? `Sending ${count(total, "file")}` : summary(props.uploads)}
          </Text>
          {running ? (
            <Text size="sm" c="dimmed" className="numeric">
              {sent} of {total}, {formatBytes(sentBytes)} of {formatBytes(totalBytes)}
            </Text>
          ) : (
            <Button size="compact-sm" variant="subtle" onClick={props.onClose}>
              Close
            </Button>
          )}
        </Group>
        {running && (
          <Progress
            value={totalBytes > 0 ? (100 * sentBytes) / totalBytes : 0}
            aria-label="Files sent"
            size="sm"
          />
        )}
        {failures.length > 0 && (
          <List
            size="sm"
            spacing={4}
            mah={220}
            style={{ overflowY: "auto" }}
            tabIndex={0}
            aria-label="Failures"
          >
            {failures.slice(0, shownFailures).map(({ name, reason }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows, and names may repeat
              <ListItem key={index} style={{ overflowWrap: "anywhere" }}>
                <Text span size="sm" fw={500}>
                  {name}
                </Text>{" "}
                <Text span size="sm" c="dimmed">
                  {reason}
                </Text>
              </ListItem>
            ))}
          </List>
        )}
        {failures.length > shownFailures && (
          <Text size="sm" c="dimmed">
            And {count(failures.length - shownFailures, "more", "more")}.
          </Text>
        )}
        {!running && props.uploads.added > 0 && (
          <Text size="sm" c="dimmed">
            Next: <TextLink href="/connect">give an app the address</TextLink> to search here.
          </Text>
        )}
        {!running && unsent.length > 0 && (
          <Group>
            <Button size="xs" variant="default" onClick={() => props.onRetry(unsent)}>
              Send {count(unsent.length, "file")} again
            </Button>
          </Group>
        )}
      </Stack>
    </Paper>
  );
}

function summary({ added, duplicates, failures }: Uploads): string {
  return [
    `${count(added, "document")} added`,
    ...(duplicates > 0 ? [`${duplicates} already here`] : []),
    ...(failures.length > 0 ? [`${failures.length} not taken`] : []),
  ].join(", ");
}
