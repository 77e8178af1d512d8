"use client";

import { PasswordInput, TextInput } from "@mantine/core";
import { isEmail, isNotEmpty, useForm } from "@mantine/form";
import { useState } from "react";
import { authRequest } from "../../_components/auth-request.ts";
import { TextLink } from "../../_components/links.tsx";
import { type Asked, otherForm, withRequest } from "../asked.ts";
import { AuthCard } from "../auth-card.tsx";
import { earlyInput } from "../early-input.ts";

export function SignInForm({ next, asked }: { next: string; asked?: Asked }) {
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
    const answer = await authRequest("sign-in/email", {
      ...values,
      ...withRequest(asked),
      // Kept in the link of the mail that an unconfirmed address is sent.
      callbackURL: asked ? otherForm("/sign-in", next, asked) : next,
    });
    if (answer.ok) {
      // A full load: everything on the next page is the new account's.
      window.location.assign(answer.url ?? next);
      return;
    }
    setBusy(false);
    setProblem(answer.message);
  };
  return (
    <AuthCard
      title={asked ? `Sign in to connect ${asked.app}` : "Sign in"}
      description={asked ? "Then you choose what it may read and spend." : "Welcome back."}
      submitLabel="Sign in"
      busy={busy}
      problem={problem}
      onSubmit={(event) => {
        const early = earlyInput(event.currentTarget, form.getValues());
        if (Object.keys(early).length > 0) form.setValues(early);
        form.onSubmit((values) => void signIn(values))(event);
      }}
      footer={
        <>
          <TextLink href="/forgot-password">Forgot your password?</TextLink>
          {" · "}
          <TextLink href={otherForm("/sign-up", next, asked)}>Create an account</TextLink>
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
