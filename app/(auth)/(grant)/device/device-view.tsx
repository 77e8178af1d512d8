"use client";

import { Button, Paper, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMounted } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { authRequest } from "../../../_components/auth-request.ts";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { signInPath } from "../../../_components/return-path.ts";
import type { User } from "../../../_components/user.ts";
import { isMissing } from "../../../_trpc/problem.ts";
import { useTRPC } from "../../../_trpc/provider.tsx";
import { type Answered, GrantForm } from "../grant-form.tsx";

/** Entering the code is asked for even where the link carries it: the user compares it (RFC 8628 §3.3.1). */
export function DeviceView(props: { code: string; user: User; now: string }) {
  const trpc = useTRPC();
  const live = useMounted();
  const [code, setCode] = useState(props.code);
  const [answered, setAnswered] = useState<Answered | null>(null);
  const ask = useMutation(trpc.connections.ask.mutationOptions());
  if (answered) return <Done allowed={answered.allowed} />;
  if (ask.data) {
    return (
      <GrantForm
        asked={ask.data}
        request={{ userCode: code.trim() }}
        user={props.user}
        now={props.now}
        onAnswered={setAnswered}
        onOtherAccount={async () => {
          const { ok } = await authRequest("sign-out", {});
          if (ok) window.location.assign(signInPath(`/device?user_code=${encodeURIComponent(code)}`));
        }}
        device
      />
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate({ request: { userCode: code.trim() } });
  };
  const wrong = ask.error && isMissing(ask.error);
  return (
    <Paper withBorder p="xl" shadow="xs" w="100%" maw={400} mx="auto">
      <form onSubmit={submit}>
        <Stack>
          <div>
            <Title order={1} fz={22}>
              Connect a device
            </Title>
            <Text c="dimmed" size="sm" mt={4}>
              Your device or command line shows a code. Compare it with this one, or enter it here.
            </Text>
          </div>
          {!wrong && <ProblemAlert error={ask.error} />}
          <TextInput
            label="Code"
            name="user_code"
            required
            withAsterisk={false}
            minLength={4}
            maxLength={20}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
            error={
              wrong ? "No device waits for this code. Check it, or start again on the device." : undefined
            }
            styles={{
              input: { fontFamily: "var(--mantine-font-family-monospace)", letterSpacing: "0.08em" },
            }}
          />
          <Button type="submit" fullWidth loading={ask.isPending} disabled={!live}>
            Continue
          </Button>
        </Stack>
      </form>
    </Paper>
  );
}

function Done({ allowed }: { allowed: boolean }) {
  return (
    <Paper withBorder p="xl" shadow="xs" w="100%" maw={400} mx="auto" role="status">
      <Stack gap="sm">
        <Title order={1} fz={22}>
          {allowed ? "Connected" : "Not connected"}
        </Title>
        <Text>
          {allowed
            ? "You can return to your device: it goes on by itself in a few seconds."
            : "Nothing was granted. You can close this page."}
        </Text>
      </Stack>
    </Paper>
  );
}
