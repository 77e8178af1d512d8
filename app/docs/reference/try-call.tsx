"use client";

import { Button, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { CodeBlock } from "../../_components/code-block.tsx";
import type { ReferenceOperation } from "./operation.ts";
import { useKey } from "./try-key.tsx";
import { requestOf, type Shown, showResponse } from "./try-request.ts";

export function TryCall({ operation }: { operation: ReferenceOperation }) {
  const key = useKey();
  const [values, setValues] = useState(() =>
    Object.fromEntries(operation.parameters.map(({ name, example }) => [name, example])),
  );
  const [body, setBody] = useState(operation.body?.example ?? "");
  const [shown, setShown] = useState<Shown | null>(null);
  const [busy, setBusy] = useState(false);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const { url, init } = requestOf(operation, values, body, key);
      setShown(await showResponse(await fetch(url, init)));
    } catch {
      setShown({ status: "The server could not be reached.", headers: "", body: "" });
    } finally {
      setBusy(false);
    }
  };
  const multipart = operation.body?.type.startsWith("multipart/") ?? false;
  if (multipart)
    return <Text size="sm">Files are sent with curl or in the dashboard; the guides show how.</Text>;
  return (
    <form onSubmit={(event) => void send(event)} aria-label={`Try ${operation.id}`}>
      <Stack gap="sm">
        {operation.parameters.map(({ name, required, in: place }) => (
          <TextInput
            key={name}
            size="sm"
            label={name}
            description={place === "path" ? "Part of the path" : undefined}
            required={required}
            value={values[name] ?? ""}
            onChange={(event) => {
              const { value } = event.currentTarget;
              setValues((before) => ({ ...before, [name]: value }));
            }}
          />
        ))}
        {operation.body && (
          <Textarea
            label="Body"
            autosize
            minRows={3}
            maxRows={20}
            spellCheck={false}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
            value={body}
            onChange={(event) => setBody(event.currentTarget.value)}
          />
        )}
        <Group gap="sm">
          <Button type="submit" size="xs" loading={busy}>
            Send
          </Button>
          <Text size="sm" c="dimmed">
            This is a real call: it counts and costs as any other.
          </Text>
        </Group>
        {shown && (
          <Stack gap="xs" role="status">
            <Text size="sm" fw={600}>
              {shown.status}
            </Text>
            {shown.headers && <CodeBlock label="the headers" code={shown.headers} />}
            {shown.body && <CodeBlock label="the answer" code={shown.body} />}
          </Stack>
        )}
      </Stack>
    </form>
  );
}
