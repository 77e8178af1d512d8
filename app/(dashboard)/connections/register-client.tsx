"use client";

import { Button, Group, Modal, Stack, Switch, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { CodeBlock } from "../../_components/code-block.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";

/** For apps that can neither register themselves nor be found by a metadata document. */
export function RegisterClient({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Register a client" size="lg">
      <ClientForm onClose={onClose} />
    </Modal>
  );
}

function ClientForm({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [addresses, setAddresses] = useState("");
  const [confidential, setConfidential] = useState(false);
  const register = useMutation(
    trpc.connections.registerClient.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.connections.clients.pathFilter()),
    }),
  );
  const redirectUris = addresses.split(/\s+/).filter(Boolean);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "" && redirectUris.length > 0) register.mutate({ name, redirectUris, confidential });
  };
  if (register.data) {
    const { clientId, clientSecret } = register.data;
    return (
      <Stack>
        <Text size="sm">Client id</Text>
        <CodeBlock label="Client id" code={clientId} />
        {clientSecret && (
          <>
            <Text size="sm">Client secret: copy it now, it is shown this once</Text>
            <CodeBlock label="Client secret" code={clientSecret} />
          </>
        )}
        <Group justify="flex-end">
          <Button onClick={onClose}>Done</Button>
        </Group>
      </Stack>
    );
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm" c="dimmed">
          Most apps register by themselves. This is for one that asks you for a client id. Its users still
          choose on the consent page what it gets.
        </Text>
        <ProblemAlert error={register.error} />
        <TextInput
          label="Name"
          maxLength={80}
          data-autofocus
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Textarea
          label="Redirect addresses"
          description="One a line, exactly as the app sends them"
          placeholder="https://app.example/callback"
          autosize
          minRows={2}
          required
          value={addresses}
          onChange={(event) => setAddresses(event.currentTarget.value)}
        />
        <Switch
          label="It runs on a server and can keep a secret"
          checked={confidential}
          onChange={(event) => setConfidential(event.currentTarget.checked)}
        />
        <Group justify="flex-end" mt="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={register.isPending}
            disabled={name.trim() === "" || redirectUris.length === 0}
          >
            Register
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
