"use client";

import { Alert, Button, Group, Modal, Stack, Tabs, TabsList, TabsPanel, TabsTab, Text } from "@mantine/core";
import { IconEyeOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { CodeBlock } from "../../_components/code-block.tsx";
import {
  claudeCommand,
  curlCommand,
  cursorConfig,
  vscodeConfig,
} from "../../_components/connect-snippets.ts";
import { useTRPC } from "../../_trpc/provider.tsx";

/** The only time a key is shown, with the lines to paste. */
export function NewKey(props: {
  made: { name: string; key: string } | null;
  address: string;
  onClose: () => void;
}) {
  const { made, address, onClose } = props;
  const trpc = useTRPC();
  const { data } = useQuery(trpc.datasets.list.queryOptions({}));
  const own = data?.items.find((dataset) => dataset.own && dataset.documentCount > 0);
  const dataset = own ?? data?.items[0];
  const key = made?.key ?? "";
  return (
    <Modal
      opened={made !== null}
      onClose={onClose}
      title={`Key for ${made?.name ?? ""}`}
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      <Stack>
        <Alert variant="default" icon={<IconEyeOff />} title="Copy it now: it is shown this once" />
        <CodeBlock label="Your new key" code={key} />
        <Tabs defaultValue="claude" mt="xs">
          <TabsList mb="sm">
            <TabsTab value="claude">Claude Code</TabsTab>
            <TabsTab value="cursor">Cursor</TabsTab>
            <TabsTab value="vscode">VS Code</TabsTab>
            <TabsTab value="curl">curl</TabsTab>
          </TabsList>
          <TabsPanel value="claude">
            <Steps text="Run this in a terminal, then ask Claude something your documents answer.">
              <CodeBlock label="Command for Claude Code" code={claudeCommand({ address, key })} />
            </Steps>
          </TabsPanel>
          <TabsPanel value="cursor">
            <Steps text="Put this into .cursor/mcp.json in your project, or ~/.cursor/mcp.json for all of them.">
              <CodeBlock label="Configuration for Cursor" code={cursorConfig({ address, key })} />
            </Steps>
          </TabsPanel>
          <TabsPanel value="vscode">
            <Steps text="Put this into .vscode/mcp.json in your project.">
              <CodeBlock label="Configuration for VS Code" code={vscodeConfig({ address, key })} />
            </Steps>
          </TabsPanel>
          <TabsPanel value="curl">
            {dataset ? (
              <Steps text={`Searches the dataset “${dataset.name}”.`}>
                <CodeBlock
                  label="REST call with curl"
                  code={curlCommand({ address, key, datasetId: dataset.id, query: "" })}
                />
              </Steps>
            ) : (
              <Text size="sm">Create a dataset first; its page shows the call.</Text>
            )}
          </TabsPanel>
        </Tabs>
        <Group justify="flex-end">
          <Button onClick={onClose}>I have copied it</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Steps({ text, children }: { text: string; children: React.ReactNode }) {
  return (
    <Stack gap="xs">
      <Text size="sm">{text}</Text>
      {children}
    </Stack>
  );
}
