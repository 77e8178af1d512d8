"use client";

import { PasswordInput, TextInput } from "@mantine/core";
import { hasLength, isEmail, isNotEmpty, useForm } from "@mantine/form";
import { useState } from "react";
import { signUpGrant } from "#server/operations.ts";
import { authRequest } from "../../_components/auth-request.ts";
import { formatNumber } from "../../_components/format.ts";
import { TextLink } from "../../_components/links.tsx";
import { AuthCard } from "../auth-card.tsx";

export function SignUpForm({ next, needsSetupCode }: { next: string; needsSetupCode: boolean }) {
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: "", email: "", password: "", setupCode: "" },
    validate: {
      name: isNotEmpty("Enter your name"),
      email: isEmail("Enter an e-mail address"),
      password: hasLength({ min: 8, max: 128 }, "Use 8 to 128 characters"),
      setupCode: needsSetupCode ? isNotEmpty("Enter the set-up code") : () => null,
    },
  });
  const signUp = async ({ setupCode, ...values }: typeof form.values) => {
    setBusy(true);
    setProblem(null);
    const code = setupCode.trim();
    const answer = await authRequest("sign-up/email", { ...values, ...(code ? { setupCode: code } : {}) });
    if (answer.ok) {
      window.location.assign(next);
      return;
    }
    setBusy(false);
    setProblem(answer.message);
  };
  return (
    <AuthCard
      title="Create your account"
      description={`You start with ${formatNumber(signUpGrant)} credits, which is enough for a good look around.`}
      submitLabel="Create account"
      busy={busy}
      problem={problem}
      onSubmit={form.onSubmit((values) => void signUp(values))}
      footer={
        <>
          Have an account? <TextLink href={`/sign-in?next=${encodeURIComponent(next)}`}>Sign in</TextLink>
        </>
      }
    >
      <TextInput
        label="Name"
        name="name"
        autoComplete="name"
        key={form.key("name")}
        {...form.getInputProps("name")}
      />
      <TextInput
        label="E-mail"
        type="email"
        name="email"
        autoComplete="username"
        key={form.key("email")}
        {...form.getInputProps("email")}
      />
      <PasswordInput
        label="Password"
        description="At least 8 characters"
        name="password"
        autoComplete="new-password"
        key={form.key("password")}
        {...form.getInputProps("password")}
      />
      {needsSetupCode && (
        <TextInput
          label="Set-up code"
          description="The first account becomes admin. The server printed this code when it started."
          name="setupCode"
          autoComplete="off"
          key={form.key("setupCode")}
          {...form.getInputProps("setupCode")}
        />
      )}
    </AuthCard>
  );
}
