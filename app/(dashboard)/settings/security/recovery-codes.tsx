"use client";

import { Button, Code, CopyButton, Group, Stack, Text } from "@mantine/core";

export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const text = codes.join("\n");
  return (
    <Stack>
      <Text size="sm">
        Each lets you in once in place of a code of the app, should you lose it. They are not shown again: put
        them where you keep your passwords.
      </Text>
      <Code block fz="sm" aria-label="Recovery codes">
        {text}
      </Code>
      <Group justify="flex-end">
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
        <Button
          variant="default"
          component="a"
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(`${text}\n`)}`}
          download="fltr-recovery-codes.txt"
        >
          Save as a file
        </Button>
        <Button onClick={onDone}>I have kept them</Button>
      </Group>
    </Stack>
  );
}
