"use client";

import { Badge, Button, Group, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { isEmail, isNotEmpty, useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { authRequest } from "../../../_components/auth-request.ts";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { ProblemText } from "../../../_components/problem-text.tsx";
import { useConfirmed } from "../confirm-yourself.tsx";
import { Section } from "../section.tsx";
import { type Account, useAccount } from "../use-account.ts";

export function ProfileView({ mailKept }: { mailKept: boolean }) {
  const { account, error, retry, refresh } = useAccount();
  return (
    <Stack maw={720}>
      <ProblemAlert error={error} onRetry={retry} />
      {!account && !error && <Skeleton h={240} radius="lg" />}
      {account && <NameSection account={account} refresh={refresh} />}
      {account && <EmailSection account={account} refresh={refresh} mailKept={mailKept} />}
    </Stack>
  );
}

type Props = { account: Account; refresh: () => Promise<unknown> };

function NameSection({ account, refresh }: Props) {
  const router = useRouter();
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: account.name },
    validate: { name: isNotEmpty("Enter your name") },
  });
  const save = async ({ name }: typeof form.values) => {
    setBusy(true);
    setProblem(null);
    const answer = await authRequest("update-user", { name: name.trim() });
    setBusy(false);
    if (!answer.ok) return setProblem(answer.message);
    notifications.show({ message: "Your name is saved" });
    await refresh();
    router.refresh();
  };
  return (
    <Section title="Name" description="Shown in the menu, and to the admins of this installation.">
      <form onSubmit={form.onSubmit((values) => void save(values))}>
        <Stack>
          {problem && <ProblemText detail={problem} />}
          <TextInput
            aria-label="Name"
            maw={400}
            maxLength={100}
            autoComplete="name"
            key={form.key("name")}
            {...form.getInputProps("name")}
          />
          <Group>
            <Button type="submit" variant="default" loading={busy}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

function EmailSection({ account, refresh, mailKept }: Props & { mailKept: boolean }) {
  const [problem, setProblem] = useState<string | null>(null);
  const [sentTo, setSentTo] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const { run, askAgain, dialog } = useConfirmed(account, refresh);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { newEmail: "" },
    validate: { newEmail: isEmail("Enter an e-mail address") },
  });
  const change = async (newEmail: string) => {
    setBusy(true);
    setProblem(null);
    const answer = await authRequest("change-email", { newEmail, callbackURL: "/settings/profile" });
    setBusy(false);
    if (answer.ok) {
      setSentTo(newEmail);
      form.reset();
    } else if (answer.code === "RECENT_PROOF_REQUIRED") askAgain(() => void change(newEmail));
    else setProblem(answer.message);
  };
  const sendLink = async () => {
    setProblem(null);
    const answer = await authRequest("send-verification-email", {
      email: account.email,
      callbackURL: "/settings/profile",
    });
    if (answer.ok) setSentTo(account.email);
    else setProblem(answer.message);
  };
  return (
    <Section
      title="E-mail address"
      description="You sign in with it, and alerts and receipts go there. A new one counts once you have opened the link that we send to it; the present one is told."
    >
      <Group gap="xs">
        <Text style={{ overflowWrap: "anywhere" }}>{account.email}</Text>
        <Badge variant="default" tt="none" fw={500}>
          {account.emailVerified ? "Confirmed" : "Not confirmed"}
        </Badge>
        {!account.emailVerified && (
          <Button size="compact-sm" variant="default" onClick={() => void sendLink()}>
            Send me the link
          </Button>
        )}
      </Group>
      {problem && <ProblemText detail={problem} />}
      {sentTo && (
        <Text role="status" size="sm">
          A mail is on its way to {sentTo}: open the link in it.
          {mailKept && " This server sends no mail: it lies in the folder outbox of its data folder."}
        </Text>
      )}
      <form onSubmit={form.onSubmit(({ newEmail }) => run(() => void change(newEmail)))}>
        <Stack>
          <TextInput
            label="New e-mail address"
            type="email"
            maw={400}
            autoComplete="email"
            key={form.key("newEmail")}
            {...form.getInputProps("newEmail")}
          />
          <Group>
            <Button type="submit" variant="default" loading={busy}>
              Change e-mail address
            </Button>
          </Group>
        </Stack>
      </form>
      {dialog}
    </Section>
  );
}
