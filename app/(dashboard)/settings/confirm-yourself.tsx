"use client";

import { Button, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { isNotEmpty, useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { TextLink } from "../../_components/links.tsx";
import { askPasskey, passkeysSupported } from "../../_components/passkeys.ts";
import { ProblemText } from "../../_components/problem-text.tsx";
import { signInPath } from "../../_components/return-path.ts";
import { problemOf } from "../../_trpc/problem.ts";
import { useTRPC } from "../../_trpc/provider.tsx";
import type { Account } from "./use-account.ts";

/** Runs what cannot be taken back: at once, or after its owner proved again who he is. */
export function useConfirmed(account: Account, refresh: () => Promise<unknown>) {
  const [waiting, setWaiting] = useState<(() => void) | null>(null);
  const run = (act: () => void) => (account.recent ? act() : setWaiting(() => act));
  /** For an act that was refused since the proof had become old meanwhile. */
  const askAgain = (act: () => void) => setWaiting(() => act);
  const dialog = (
    <Modal opened={waiting !== null} onClose={() => setWaiting(null)} title="Confirm that it is you">
      <ConfirmForm
        account={account}
        onConfirmed={async () => {
          await refresh();
          setWaiting(null);
          waiting?.();
        }}
      />
    </Modal>
  );
  return { run, askAgain, dialog };
}

function ConfirmForm({ account, onConfirmed }: { account: Account; onConfirmed: () => Promise<void> }) {
  const trpc = useTRPC();
  const [problem, setProblem] = useState<string | null>(null);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { password: "" },
    validate: { password: isNotEmpty("Enter your password") },
  });
  const confirm = useMutation(
    trpc.account.confirm.mutationOptions({
      onSuccess: onConfirmed,
      onError: (error) => {
        const { code, detail } = problemOf(error);
        if (code === "wrong_password") form.setFieldError("password", detail);
        else setProblem(detail);
      },
    }),
  );
  const withPasskey = async () => {
    setProblem(null);
    const answer = await askPasskey({});
    if (answer.ok) await onConfirmed();
    else setProblem(answer.message);
  };
  const canUsePasskey = account.passkeys.length > 0 && passkeysSupported();
  return (
    <form
      onSubmit={form.onSubmit(({ password }) => {
        setProblem(null);
        confirm.mutate({ password });
      })}
    >
      <Stack>
        {problem && <ProblemText detail={problem} />}
        <Text size="sm">What comes next cannot be undone by whoever finds this browser open.</Text>
        {account.hasPassword && (
          <PasswordInput
            label="Your password"
            autoComplete="current-password"
            data-autofocus
            key={form.key("password")}
            {...form.getInputProps("password")}
          />
        )}
        {!account.hasPassword && !canUsePasskey && (
          <Text size="sm">
            Your account has no password.{" "}
            <TextLink href={signInPath("/settings/security")}>Sign out, sign in again</TextLink>, then repeat
            this.
          </Text>
        )}
        <Group justify="flex-end">
          {canUsePasskey && (
            <Button variant="default" onClick={() => void withPasskey()}>
              Use a passkey
            </Button>
          )}
          {account.hasPassword && (
            <Button type="submit" loading={confirm.isPending}>
              Confirm
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}
