"use client";

import { Alert, Chip, ChipGroup, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useState } from "react";
import { CodeBlock } from "../../_components/code-block.tsx";
import { mcpUrl } from "../../_components/connect-snippets.ts";
import { PageHeader } from "../../_components/page-header.tsx";
import { PageSection } from "../../_components/page-section.tsx";
import { apps } from "./app-steps.tsx";
import { Waiting } from "./waiting.tsx";

export function ConnectView({ address }: { address: string }) {
  const [chosen, setChosen] = useState("claude-code");
  const app = apps.find(({ id }) => id === chosen);
  return (
    <>
      <PageHeader
        title="Connect an app"
        description="Give your app one address. It sends you here to sign in, and you choose what it may read, spend and for how long."
      />
      <Stack gap="xl">
        <PageSection id="mcp-address" title="The address">
          <CodeBlock label="The MCP address" code={mcpUrl(address)} />
        </PageSection>
        <PageSection id="your-app" title="Your app">
          <ChipGroup value={chosen} onChange={setChosen}>
            <Group gap="xs" role="radiogroup" aria-labelledby="your-app">
              {apps.map(({ id, name }) => (
                <Chip key={id} value={id} variant="outline">
                  {name}
                </Chip>
              ))}
            </Group>
          </ChipGroup>
          {app && (
            <Paper withBorder px="lg" py="md" mt="md">
              <Stack>
                <Title order={3} fz="md">
                  {app.name}
                </Title>
                {app.cloud && !isPublic(address) && <CloudNote name={app.name} />}
                {app.steps(address)}
              </Stack>
            </Paper>
          )}
        </PageSection>
        <Waiting />
      </Stack>
    </>
  );
}

function CloudNote({ name }: { name: string }) {
  return (
    <Alert
      variant="default"
      icon={<IconInfoCircle />}
      title={`${name} cannot reach this address`}
      styles={{ title: { color: "var(--mantine-color-text)" } }}
    >
      <Text size="sm">
        {name} calls from its own servers, so it needs a public https address. Give this server one by
        APP_URL.
      </Text>
    </Alert>
  );
}

function isPublic(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" && hostname !== "localhost" && !hostname.endsWith(".localhost");
}
