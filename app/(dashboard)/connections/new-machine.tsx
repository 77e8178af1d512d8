"use client";

import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { IconEyeOff } from "@tabler/icons-react";
import { CodeBlock } from "../../_components/code-block.tsx";
import { tokenCommand } from "../../_components/connect-snippets.ts";

export type MadeMachine = {
  name: string;
  clientId: string;
  clientSecret: string;
  scopes: readonly string[];
};

/** The only time the secret is shown, with the request that turns it into a token. */
export function NewMachine(props: { made: MadeMachine | null; address: string; onClose: () => void }) {
  const { made, address, onClose } = props;
  return (
    <Modal
      opened={made !== null}
      onClose={onClose}
      title={`Secret of ${made?.name ?? ""}`}
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      {made && (
        <Stack>
          <Alert variant="default" icon={<IconEyeOff />} title="Copy the secret now: it is shown this once" />
          <Stack gap="xs">
            <Text size="sm">Client id</Text>
            <CodeBlock label="Client id" code={made.clientId} />
            <Text size="sm">Client secret</Text>
            <CodeBlock label="Client secret" code={made.clientSecret} />
          </Stack>
          <Stack gap="xs">
            <Text size="sm">
              This gets an access token. Send it as a bearer token to {address}/api/mcp or the REST API, and
              get another one when it has expired.
            </Text>
            <CodeBlock label="Request for a token" code={tokenCommand({ address, ...made })} />
          </Stack>
          <Group justify="flex-end">
            <Button onClick={onClose}>I have copied it</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
