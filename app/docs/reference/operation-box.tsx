"use client";

import { Badge, Button, Group, Paper, Stack, Text, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { FieldList } from "./field-list.tsx";
import type { ReferenceOperation } from "./operation.ts";
import { TryCall } from "./try-call.tsx";

const accessWords: Record<ReferenceOperation["access"], string> = {
  anyone: "Needs no credential.",
  key: "With an API key, an access token or a browser session.",
  dashboard: "In the dashboard's session only.",
};

export function OperationBox({ operation }: { operation: ReferenceOperation }) {
  const [opened, { toggle }] = useDisclosure();
  const [trying, { open: startTrying }] = useDisclosure();
  const { id, method, path, summary, description, parameters, body, responses } = operation;
  const Chevron = opened ? IconChevronDown : IconChevronRight;
  return (
    <Paper withBorder p={0} id={id}>
      <UnstyledButton
        w="100%"
        px="md"
        py="sm"
        onClick={toggle}
        aria-expanded={opened}
        aria-controls={`${id}-body`}
      >
        <Group gap="sm" wrap="nowrap" align="flex-start">
          <Chevron size={16} aria-hidden="true" style={{ flexShrink: 0, marginTop: 4 }} />
          <div style={{ minWidth: 0 }}>
            <Group gap="xs">
              <Badge variant="default" radius="sm" fw={600}>
                {method}
              </Badge>
              <Text span ff="monospace" size="sm" style={{ overflowWrap: "anywhere" }}>
                {path}
              </Text>
            </Group>
            <Text size="sm" c="dimmed" mt={4}>
              {summary}
            </Text>
          </div>
        </Group>
      </UnstyledButton>
      {opened && (
        <Stack px="md" pb="md" gap="md" id={`${id}-body`}>
          <Text size="sm">
            {accessWords[operation.access]} {description.replaceAll("`", "")}
          </Text>
          <FieldList title="Parameters" fields={parameters} />
          {body && <FieldList title={`Body, ${body.type}`} fields={body.fields} />}
          {responses.map(({ status, description: words, fields }) =>
            fields.length > 0 ? (
              <FieldList key={status} title={`Answer ${status}`} fields={fields} answer />
            ) : (
              <Text key={status} size="sm" c="dimmed">
                {status}: {words}
              </Text>
            ),
          )}
          {trying ? (
            <TryCall operation={operation} />
          ) : (
            <Button variant="default" size="xs" style={{ alignSelf: "start" }} onClick={startTrying}>
              Try it
            </Button>
          )}
        </Stack>
      )}
    </Paper>
  );
}
