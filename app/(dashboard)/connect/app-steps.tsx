"use client";

import { Button, List, ListItem, Stack, Text } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { CodeBlock } from "../../_components/code-block.tsx";
import { mcpUrl, signInSnippets } from "../../_components/connect-snippets.ts";
import { TextLink } from "../../_components/links.tsx";

export type App = {
  id: string;
  name: string;
  /** It runs elsewhere, so that this server must be reachable from there. */
  cloud: boolean;
  steps: (address: string) => ReactNode;
};

export const apps: readonly App[] = [
  {
    id: "claude",
    name: "Claude",
    cloud: true,
    steps: (address) => (
      <ByHand
        address={address}
        steps={[
          "In Claude, on the web or the desktop, open Settings, then Connectors.",
          "Choose “Add custom connector” and paste the address below.",
          "Press “Connect”, sign in here and choose what Claude may read.",
        ]}
      />
    ),
  },
  {
    id: "claude-code",
    name: "Claude Code",
    cloud: false,
    steps: (address) => (
      <Command
        name="Claude Code"
        code={signInSnippets.claudeCode(address)}
        after="Then type /mcp in Claude Code, choose fltr and sign in."
      />
    ),
  },
  {
    id: "chatgpt",
    name: "ChatGPT",
    cloud: true,
    steps: (address) => (
      <ByHand
        address={address}
        steps={[
          "In ChatGPT on the web, open Settings, then Connectors, and turn on developer mode under Advanced.",
          "Choose “Create”, name it FLTR, paste the address below and choose OAuth.",
          "Press “Connect”, sign in here and choose what ChatGPT may read.",
        ]}
      />
    ),
  },
  {
    id: "vscode",
    name: "VS Code",
    cloud: false,
    steps: (address) => (
      <Install name="VS Code" href={signInSnippets.vscodeLink(address)} address={address} />
    ),
  },
  {
    id: "cursor",
    name: "Cursor",
    cloud: false,
    steps: (address) => <Install name="Cursor" href={signInSnippets.cursorLink(address)} address={address} />,
  },
  {
    id: "codex",
    name: "Codex",
    cloud: false,
    steps: (address) => (
      <Command
        name="Codex"
        code={signInSnippets.codex(address)}
        after="A browser opens: sign in and choose what Codex may read. If none does, run: codex mcp login fltr"
      />
    ),
  },
  {
    id: "gemini",
    name: "Gemini CLI",
    cloud: false,
    steps: (address) => (
      <Command
        name="Gemini CLI"
        code={signInSnippets.gemini(address)}
        after="Then type /mcp auth fltr in Gemini CLI and sign in."
      />
    ),
  },
  {
    id: "mcp-remote",
    name: "mcp-remote",
    cloud: false,
    steps: (address) => (
      <Stack gap="sm">
        <Command
          name="mcp-remote"
          code={signInSnippets.mcpRemote(address)}
          after="For an app that only starts local servers, put this into its configuration:"
        />
        <CodeBlock label="Configuration with mcp-remote" code={signInSnippets.mcpRemoteConfig(address)} />
      </Stack>
    ),
  },
  {
    id: "other",
    name: "Any other",
    cloud: false,
    steps: (address) => (
      <Stack gap="sm">
        <Text size="sm">
          Any app that speaks MCP over HTTP and can sign in needs this address and nothing else:
        </Text>
        <CodeBlock label="The address" code={mcpUrl(address)} />
        <Text size="sm">
          If it cannot sign in, give it <TextLink href="/keys">a key</TextLink>, to send as X-API-Key. A
          program that runs by itself can be <TextLink href="/connections">added as a machine</TextLink>.
        </Text>
      </Stack>
    ),
  },
];

function Command({ name, code, after }: { name: string; code: string; after: string }) {
  return (
    <Stack gap="sm">
      <Text size="sm">Run this in a terminal:</Text>
      <CodeBlock label={`Command for ${name}`} code={code} />
      <Text size="sm">{after}</Text>
    </Stack>
  );
}

function Install({ name, href, address }: { name: string; href: string; address: string }) {
  return (
    <Stack gap="sm" align="flex-start">
      <Button component="a" href={href} leftSection={<IconExternalLink size={16} aria-hidden="true" />}>
        Install in {name}
      </Button>
      <Text size="sm">
        {name} opens and asks whether to add the server; then sign in here and choose what it may read. If
        nothing opens, add an HTTP server with this address in {name} by hand:
      </Text>
      <div style={{ width: "100%" }}>
        <CodeBlock label={`The address for ${name}`} code={mcpUrl(address)} />
      </div>
    </Stack>
  );
}

function ByHand({ steps, address }: { steps: readonly string[]; address: string }) {
  return (
    <Stack gap="sm">
      <List type="ordered" size="sm" spacing="xs">
        {steps.map((step) => (
          <ListItem key={step}>{step}</ListItem>
        ))}
      </List>
      <CodeBlock label="The address to paste" code={mcpUrl(address)} />
    </Stack>
  );
}
