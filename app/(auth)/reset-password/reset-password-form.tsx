"use client";

import { Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { authRequest } from "../../_components/auth-request.ts";
import { TextLink } from "../../_components/links.tsx";
import { NewPasswordInput, newPasswordProblem } from "../../_components/new-password-input.tsx";
import { AuthCard } from "../auth-card.tsx";
import { AuthNote } from "../auth-note.tsx";

export function ResetPasswordForm({ token }: { token: string }) {
  const [done, setDone] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { password: "" },
    validate: { password: newPasswordProblem },
  });
  const reset = async ({ password }: typeof form.values) => {
    setBusy(true);
    setProblem(null);
    const answer = await authRequest("reset-password", { token, newPassword: password });
    setBusy(false);
    if (answer.ok) setDone(true);
    else setProblem(answer.message);
  };
  if (done) {
    return (
      <AuthNote title="Your password is changed">
        <Text>
          Every browser, and every program that signed in with the old one, is signed out. API keys and
          connected apps keep working: look through them if somebody else may have known it.
        </Text>
        <Text>
          <TextLink href="/sign-in">Sign in</TextLink>
        </Text>
      </AuthNote>
    );
  }
  return (
    <AuthCard
      title="Choose a new password"
      description="Every browser is signed out; then you sign in with the new one."
      submitLabel="Change password"
      busy={busy}
      problem={problem}
      onSubmit={(event) => form.onSubmit((values) => void reset(values))(event)}
      footer={<TextLink href="/forgot-password">Ask for a new link</TextLink>}
    >
      <NewPasswordInput
        label="New password"
        name="password"
        key={form.key("password")}
        {...form.getInputProps("password")}
      />
    </AuthCard>
  );
}
