"use client";

import { Text, TextInput } from "@mantine/core";
import { isEmail, useForm } from "@mantine/form";
import { useState } from "react";
import { authRequest } from "../../_components/auth-request.ts";
import { TextLink } from "../../_components/links.tsx";
import { AuthCard } from "../auth-card.tsx";
import { AuthNote, OutboxHint } from "../auth-note.tsx";
import { earlyInput } from "../early-input.ts";

export function ForgotPasswordForm({ mailKept }: { mailKept: boolean }) {
  const [sentTo, setSentTo] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { email: "" },
    validate: { email: isEmail("Enter your e-mail address") },
  });
  const send = async ({ email }: typeof form.values) => {
    setBusy(true);
    setProblem(null);
    const answer = await authRequest("request-password-reset", { email });
    setBusy(false);
    if (answer.ok) setSentTo(email);
    else setProblem(answer.message);
  };
  if (sentTo !== null) {
    return (
      <AuthNote title="Look into your mailbox">
        <Text style={{ overflowWrap: "anywhere" }}>
          If there is an account for {sentTo}, a link to choose a new password is on its way. It is good for
          one hour.
        </Text>
        <OutboxHint kept={mailKept} />
        <Text size="sm">
          <TextLink href="/sign-in">Back to sign-in</TextLink>
        </Text>
      </AuthNote>
    );
  }
  return (
    <AuthCard
      title="Forgot your password?"
      description="We send you a link to choose a new one."
      submitLabel="Send the link"
      busy={busy}
      problem={problem}
      onSubmit={(event) => {
        const early = earlyInput(event.currentTarget, form.getValues());
        if (Object.keys(early).length > 0) form.setValues(early);
        form.onSubmit((values) => void send(values))(event);
      }}
      footer={<TextLink href="/sign-in">Back to sign-in</TextLink>}
    >
      <TextInput
        label="E-mail"
        type="email"
        name="email"
        autoComplete="username"
        key={form.key("email")}
        {...form.getInputProps("email")}
      />
    </AuthCard>
  );
}
