"use client";

import { Stack, Tabs, TabsList, TabsPanel, TabsTab, Text } from "@mantine/core";
import { CodeBlock } from "../../_components/code-block.tsx";
import { exampleQuestion } from "../../_components/connect-snippets.ts";
import { TextLink } from "../../_components/links.tsx";
import { type Asked, curlCall, toolCall, typescriptCall } from "./call-words.ts";

/** What is asked now, for a program. */
export function CallTabs({ address, asked: now }: { address: string; asked: Asked }) {
  const asked = { ...now, question: now.question || exampleQuestion };
  return (
    <Stack gap="xs">
      <Tabs defaultValue="curl" keepMounted={false}>
        <TabsList>
          <TabsTab value="curl">curl</TabsTab>
          <TabsTab value="typescript">TypeScript</TabsTab>
          <TabsTab value="mcp">MCP call</TabsTab>
        </TabsList>
        <TabsPanel value="curl" pt="sm">
          <CodeBlock label="this search with curl" code={curlCall(address, asked)} />
        </TabsPanel>
        <TabsPanel value="typescript" pt="sm">
          <CodeBlock label="this search in TypeScript" code={typescriptCall(address, asked)} />
        </TabsPanel>
        <TabsPanel value="mcp" pt="sm">
          <CodeBlock label="this search as an MCP call" code={toolCall(asked)} />
        </TabsPanel>
      </Tabs>
      <Text size="sm" c="dimmed">
        Make a key on the page <TextLink href="/keys">Keys</TextLink> and put it in place of YOUR_KEY.
      </Text>
    </Stack>
  );
}
