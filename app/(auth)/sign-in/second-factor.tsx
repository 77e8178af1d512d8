"use client";

import { Checkbox, Text, TextInput, UnstyledButton } from "@mantine/core";
import { isNotEmpty, useForm } from "@mantine/form";
import { useState } from "react";
import { type AuthAnswer, authRequest } from "../../_components/auth-request.ts";
import { type Asked, withRequest } from "../asked.ts";
import { AuthCard } from "../auth-card.tsx";

type Props = {
  asked: Asked | undefined;
  onSignedIn: (answer: Extract<AuthAnswer, { ok: true }>) => void;
  onBack: () => void;
};

/** After the password: a code of the authenticator app, or one that was kept for when it is lost. */
export function SecondFactor({ asked, onSignedIn, onBack }: Props) {
  const [recovering, setRecovering] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { code: "", trustDevice: false },
    validate: { code: isNotEmpty("Enter the code") },
  });
  const verify = async ({ code, trustDevice }: typeof form.values) => {
    setBusy(true);
    setProblem(null);
    const path = recovering ? "two-factor/verify-backup-code" : "two-factor/verify-totp";
    const given = recovering ? code.trim() : code.replace(/\s/g, "");
    const answer = await authRequest(path, { code: given, trustDevice, ...withRequest(asked) });
    if (answer.ok) return onSignedIn(answer);
    setBusy(false);
    setProblem(answer.message);
  };
  return (
    <AuthCard
      title={recovering ? "Enter a recovery code" : "Enter the code of your app"}
      description={
        recovering
          ? "One of those that you kept when you turned on two-factor sign-in. It works once."
          : "Your authenticator app shows six digits for FLTR."
      }
      submitLabel="Sign in"
      busy={busy}
      problem={problem}
      onSubmit={(event) => form.onSubmit((values) => void verify(values))(event)}
      footer={
        <UnstyledButton component="button" type="button" onClick={onBack} fz="sm" td="underline">
          Start again
        </UnstyledButton>
      }
    >
      <TextInput
        label={recovering ? "Recovery code" : "Code"}
        name="code"
        autoFocus
        autoComplete="one-time-code"
        {...(recovering ? {} : { inputMode: "numeric" as const })}
        key={form.key("code")}
        {...form.getInputProps("code")}
      />
      <Checkbox
        label="Trust this browser for 30 days"
        description="It then asks for the password alone."
        key={form.key("trustDevice")}
        {...form.getInputProps("trustDevice", { type: "checkbox" })}
      />
      <Text size="sm">
        <UnstyledButton
          component="button"
          type="button"
          fz="sm"
          td="underline"
          onClick={() => {
            setRecovering(!recovering);
            setProblem(null);
            form.setFieldValue("code", "");
          }}
        >
          {recovering ? "Use the code of your app" : "Use a recovery code"}
        </UnstyledButton>
      </Text>
    </AuthCard>
  );
}
