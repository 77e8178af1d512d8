"use client";

import { PasswordInput, TextInput } from "@mantine/core";
import { isEmail, isNotEmpty, useForm } from "@mantine/form";
import { useState } from "react";
import { authRequest } from "../../_components/auth-request.ts";
import { TextLink } from "../../_components/links.tsx";
import { AuthCard } from "../auth-card.tsx";

export function SignInForm({ next }: { next: string }) {
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { email: "", password: "" },
    validate: {
      email: isEmail("Enter your e-mail address"),
      password: isNotEmpty("Enter your password"),
    },
  });
  const signIn = async (values: typeof form.values) => {
    setBusy(true);
    setProblem(null);
    const answer = await authRequest("sign-in/email", values);
    if (answer.ok) {
      // A full load: everything on the next page is the new account's.
      window.location.assign(next);
      return;
    }
    setBusy(false);
    setProblem(answer.message);
  };
  return (
    <AuthCard
      title="Sign in"
      description="Welcome back."
      submitLabel="Sign in"
      busy={busy}
      problem={problem}
      onSubmit={form.onSubmit((values) => void signIn(values))}
      footer={
        <>
          New here? <TextLink href={`/sign-up?next=${encodeURIComponent(next)}`}>Create an account</TextLink>
        </>
      }
    >
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
        name="password"
        autoComplete="current-password"
        key={form.key("password")}
        {...form.getInputProps("password")}
      />
    </AuthCard>
  );
}
