import { Box, Container, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { CodeBlock } from "../code-block.tsx";
import { curlCommand, signInSnippets } from "../connect-snippets.ts";
import classes from "./landing.module.css";

export function Connect({ address }: { address: string }) {
  const call = { address, key: "YOUR_KEY" };
  return (
    <Box component="section" className={classes.band} id="connect" aria-labelledby="connect-title">
      <Container size={1160} px="lg">
        <Title order={2} fz={{ base: 26, sm: 32 }} id="connect-title">
          Connected in one line
        </Title>
        <Text c="dimmed" mt={4} mb="xl" maw="60ch">
          The same search, the same limits and the same receipts, whichever door an app comes through.
        </Text>
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
          <Stack gap="xs" miw={0}>
            <Title order={3} fz="md">
              AI apps, over MCP
            </Title>
            <CodeBlock label="Command for Claude Code" code={signInSnippets.claudeCode(address)} />
            <Text size="sm" c="dimmed">
              Then type /mcp in Claude Code and sign in: you choose what it may read and spend. Claude on the
              web, ChatGPT, Cursor, VS Code and others take the same address.
            </Text>
          </Stack>
          <Stack gap="xs" miw={0}>
            <Title order={3} fz="md">
              Your own programs, over REST
            </Title>
            <CodeBlock
              label="REST call with curl"
              code={curlCommand({
                ...call,
                datasetId: "DATASET_ID",
                query: "how long can a customer return an item",
              })}
            />
            <Text size="sm" c="dimmed">
              JSON in, JSON out; every path is in the OpenAPI document.
            </Text>
          </Stack>
        </SimpleGrid>
      </Container>
    </Box>
  );
}
