"use client";

import { Badge, Button, Collapse, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CodeBlock } from "../../../../_components/code-block.tsx";
import { curlCommand, toolCall } from "../../../../_components/connect-snippets.ts";
import { ProblemAlert } from "../../../../_components/problem-alert.tsx";
import { useTRPC } from "../../../../_trpc/provider.tsx";
import { optionLabel, optionsText } from "../../../search/option-words.ts";
import { DeleteEndpoint } from "./delete-endpoint.tsx";
import { EditEndpoint } from "./edit-endpoint.tsx";
import type { Endpoint } from "./endpoint.ts";
import { EndpointVersions } from "./endpoint-versions.tsx";

export function EndpointCard({ endpoint, address }: { endpoint: Endpoint; address: string }) {
  const { id, name, datasetId, title, description, version, unpublishedChanges } = endpoint;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [calls, { toggle }] = useDisclosure();
  const [editing, edit] = useDisclosure();
  const [listing, versions] = useDisclosure();
  const [deleting, remove] = useDisclosure();
  const publish = useMutation(
    trpc.endpoints.publish.mutationOptions({
      onSuccess: (published) => {
        notifications.show({ message: `${name} is published as version ${published.version}` });
        return queries.invalidateQueries(trpc.endpoints.pathFilter());
      },
    }),
  );
  return (
    <Paper component="article" withBorder p="lg" aria-label={`Endpoint ${name}`}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <div style={{ minWidth: 0 }}>
            <Title order={3} fz="md" style={{ overflowWrap: "anywhere" }}>
              {name}
            </Title>
            <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
              {[title === name ? "" : title, description].filter(Boolean).join(". ")}
            </Text>
          </div>
          <Badge variant="default" tt="none" fw={500} style={{ flexShrink: 0 }}>
            {version === null ? "Draft" : `Version ${version}`}
          </Badge>
        </Group>
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {optionsText(endpoint.options)}
          {endpoint.fixed.length > 0 && `. Fixed: ${endpoint.fixed.map(optionLabel).join(", ")}`}
        </Text>
        {unpublishedChanges && (
          <Text size="sm" c="dimmed">
            The draft differs from what callers get.
          </Text>
        )}
        <ProblemAlert error={publish.error} />
        <Group gap="xs">
          {(version === null || unpublishedChanges) && (
            <Button size="xs" loading={publish.isPending} onClick={() => publish.mutate({ endpointId: id })}>
              Publish
            </Button>
          )}
          <Button size="xs" variant="default" onClick={toggle} aria-expanded={calls}>
            How to call it
          </Button>
          <Button size="xs" variant="default" onClick={edit.open}>
            Change
          </Button>
          {version !== null && (
            <Button size="xs" variant="default" onClick={versions.open}>
              Versions
            </Button>
          )}
          <Button size="xs" variant="subtle" color="red" onClick={remove.open}>
            Delete
          </Button>
        </Group>
        <Collapse expanded={calls}>
          <Stack gap="sm" pt="xs">
            {version === null && (
              <Text size="sm" c="dimmed">
                As a draft it is answered with 404; publish it first.
              </Text>
            )}
            <Text size="sm" fw={550}>
              Over REST
            </Text>
            <CodeBlock
              label={`REST call of ${name} with curl`}
              code={curlCommand({ address, datasetId, endpoint: name, key: "YOUR_KEY", query: "" })}
            />
            <Text size="sm" fw={550}>
              Over MCP
            </Text>
            <CodeBlock label={`MCP call of ${name}`} code={toolCall(datasetId, name)} />
          </Stack>
        </Collapse>
      </Stack>
      {editing && <EditEndpoint endpointId={id} name={name} opened onClose={edit.close} />}
      {listing && <EndpointVersions endpointId={id} name={name} opened onClose={versions.close} />}
      {deleting && <DeleteEndpoint endpoint={endpoint} opened onClose={remove.close} />}
    </Paper>
  );
}
