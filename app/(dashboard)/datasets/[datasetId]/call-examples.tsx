"use client";

import { Accordion, AccordionControl, AccordionItem, AccordionPanel, Stack, Text } from "@mantine/core";
import { CodeBlock } from "../../../_components/code-block.tsx";
import { claudeCommand, curlCommand } from "../../../_components/connect-snippets.ts";
import { TextLink } from "../../../_components/links.tsx";

export function CallExamples(props: { datasetId: string; address: string; query: string }) {
  const { datasetId, address } = props;
  const call = { address, datasetId, key: "YOUR_KEY" };
  return (
    <Accordion variant="separated" radius="lg" order={2}>
      <AccordionItem value="call">
        <AccordionControl>Search it from your own app</AccordionControl>
        <AccordionPanel>
          <Stack gap="sm">
            <Text size="sm">
              Make a key on the page <TextLink href="/keys">Keys</TextLink> and put it in place of YOUR_KEY.
            </Text>
            <Text size="sm" fw={550}>
              Over REST
            </Text>
            <CodeBlock label="REST call with curl" code={curlCommand({ ...call, query: props.query })} />
            <Text size="sm" fw={550}>
              In Claude Code
            </Text>
            <CodeBlock label="Command for Claude Code" code={claudeCommand(call)} />
            <Text size="sm" c="dimmed">
              The dataset’s id is {datasetId}.
            </Text>
          </Stack>
        </AccordionPanel>
      </AccordionItem>
    </Accordion>
  );
}
