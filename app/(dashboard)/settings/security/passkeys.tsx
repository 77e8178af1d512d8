"use client";

import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { isNotEmpty, useForm } from "@mantine/form";
import { useMounted } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { type AuthAnswer, authRequest } from "../../../_components/auth-request.ts";
import { addPasskey, passkeysSupported } from "../../../_components/passkeys.ts";
import { ProblemText } from "../../../_components/problem-text.tsx";
import { TimeText } from "../../../_components/time-text.tsx";
import { deviceWords } from "../browsers/device-words.ts";
import { useConfirmed } from "../confirm-yourself.tsx";
import { Section } from "../section.tsx";
import type { Account } from "../use-account.ts";

type Passkey = Account["passkeys"][number];
type Props = { account: Account; refresh: () => Promise<unknown> };

export function Passkeys({ account, refresh }: Props) {
  const live = useMounted();
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [renaming, setRenaming] = useState<Passkey | null>(null);
  const { run, askAgain, dialog } = useConfirmed(account, refresh);

  const attempt = async (work: () => Promise<AuthAnswer>, done: string) => {
    setBusy(true);
    setProblem(null);
    const answer = await work();
    setBusy(false);
    if (answer.ok) {
      notifications.show({ message: done });
      await refresh();
    } else if (answer.code === "RECENT_PROOF_REQUIRED") askAgain(() => void attempt(work, done));
    else setProblem(answer.message);
  };
  const add = () =>
    attempt(
      () => addPasskey(deviceWords(navigator.userAgent)),
      "The passkey is added. You can sign in with it.",
    );
  const remove = ({ id, name }: Passkey) =>
    attempt(() => authRequest("passkey/delete-passkey", { id }), `${name} is removed`);

  return (
    <Section
      title="Passkeys"
      description="Sign in with your fingerprint, face or PIN. Nothing to remember, nothing that can be given away to a false page; no second factor is asked beside it."
    >
      {problem && <ProblemText detail={problem} />}
      {account.passkeys.length > 0 && (
        <Stack component="ul" gap={0} m={0} p={0} style={{ listStyle: "none" }} aria-label="Passkeys">
          {account.passkeys.map((passkey) => (
            <li key={passkey.id} style={{ borderTop: "1px solid var(--fltr-line)" }}>
              <Group justify="space-between" py="sm" gap="xs">
                <div style={{ minWidth: 0 }}>
                  <Text fw={550} style={{ overflowWrap: "anywhere" }}>
                    {passkey.name}
                  </Text>
                  <Text size="sm" c="dimmed">
                    {passkey.synced ? "Synced between your devices" : "On one device"}
                    {passkey.createdAt && (
                      <>
                        {" · added "}
                        <TimeText value={passkey.createdAt} />
                      </>
                    )}
                  </Text>
                </div>
                <Group gap="xs">
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={`Rename ${passkey.name}`}
                    onClick={() => setRenaming(passkey)}
                  >
                    Rename
                  </Button>
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={`Remove ${passkey.name}`}
                    onClick={() => run(() => void remove(passkey))}
                  >
                    Remove
                  </Button>
                </Group>
              </Group>
            </li>
          ))}
        </Stack>
      )}
      <Group>
        <Button
          variant="default"
          loading={busy}
          disabled={!live || !passkeysSupported()}
          onClick={() => run(() => void add())}
        >
          Add a passkey
        </Button>
        {live && !passkeysSupported() && (
          <Text size="sm" c="dimmed">
            This browser is too old for passkeys.
          </Text>
        )}
      </Group>
      <Modal opened={renaming !== null} onClose={() => setRenaming(null)} title="Rename the passkey">
        {renaming && (
          <RenameForm
            passkey={renaming}
            onDone={async () => {
              setRenaming(null);
              await refresh();
            }}
          />
        )}
      </Modal>
      {dialog}
    </Section>
  );
}

function RenameForm({ passkey, onDone }: { passkey: Passkey; onDone: () => Promise<void> }) {
  const [problem, setProblem] = useState<string | null>(null);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: passkey.name },
    validate: { name: isNotEmpty("Enter a name") },
  });
  const rename = async ({ name }: typeof form.values) => {
    const answer = await authRequest("passkey/update-passkey", { id: passkey.id, name: name.trim() });
    if (answer.ok) await onDone();
    else setProblem(answer.message);
  };
  return (
    <form onSubmit={form.onSubmit((values) => void rename(values))}>
      <Stack>
        {problem && <ProblemText detail={problem} />}
        <TextInput
          label="Name"
          data-autofocus
          maxLength={60}
          key={form.key("name")}
          {...form.getInputProps("name")}
        />
        <Group justify="flex-end">
          <Button type="submit">Rename</Button>
        </Group>
      </Stack>
    </form>
  );
}
