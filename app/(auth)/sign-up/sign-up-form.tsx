"use client";

import { Text, TextInput } from "@mantine/core";
import { isEmail, isNotEmpty, useForm } from "@mantine/form";
import { useState } from "react";
import { signUpGrant } from "#server/operations.ts";
import { authRequest, fieldOf } from "../../_components/auth-request.ts";
import { formatNumber } from "../../_components/format.ts";
import { TextLink } from "../../_components/links.tsx";
import { NewPasswordInput, newPasswordProblem } from "../../_components/new-password-input.tsx";
import { type Asked, otherForm, withRequest } from "../asked.ts";
import { AuthCard } from "../auth-card.tsx";
import { AuthNote, OutboxHint } from "../auth-note.tsx";
import { earlyInput } from "../early-input.ts";
import { OtherWays, type Provider } from "../other-ways.tsx";

type Props = {
  next: string;
  asked?: Asked;
  needsSetupCode: boolean;
  mailKept: boolean;
  providers: readonly Provider[];
};

export function SignUpForm({ next, asked, needsSetupCode, mailKept, providers }: Props) {
  const [confirming, setConfirming] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: "", email: "", password: "", setupCode: "" },
    validate: {
      name: isNotEmpty("Enter your name"),
      email: isEmail("Enter an e-mail address"),
      password: newPasswordProblem,
      setupCode: needsSetupCode ? isNotEmpty("Enter the set-up code") : () => null,
    },
  });
  const signUp = async ({ setupCode, ...values }: typeof form.values) => {
    setBusy(true);
    setProblem(null);
    const code = setupCode.trim();
    const answer = await authRequest("sign-up/email", {
      ...values,
      ...(code ? { setupCode: code } : {}),
      ...withRequest(asked),
      // Where the link in the mail leads to, if one has to be opened first.
      callbackURL: otherForm("/sign-in", next, asked),
    });
    if (answer.ok && !answer.url && fieldOf(answer.answer, "token") === "") {
      setBusy(false);
      setConfirming(values.email);
      return;
    }
    if (answer.ok) {
      window.location.assign(answer.url ?? next);
      return;
    }
    setBusy(false);
    setProblem(answer.message);
  };
  if (confirming !== null) {
    return (
      <AuthNote title="Look into your mailbox">
        <Text style={{ overflowWrap: "anywhere" }}>
          We have sent a mail to {confirming}. Open the link in it to confirm that the address is yours, then
          sign in.
        </Text>
        <OutboxHint kept={mailKept} />
        <Text size="sm">
          <TextLink href={otherForm("/sign-in", next, asked)}>Sign in</TextLink>
        </Text>
      </AuthNote>
    );
  }
  return (
    <AuthCard
      title={asked ? `Create an account to connect ${asked.app}` : "Create your account"}
      description={`You start with ${formatNumber(signUpGrant)} credits, which is enough for a good look around.`}
      submitLabel="Create account"
      busy={busy}
      problem={problem}
      onSubmit={(event) => {
        const early = earlyInput(event.currentTarget, form.getValues());
        if (Object.keys(early).length > 0) form.setValues(early);
        form.onSubmit((values) => void signUp(values))(event);
      }}
      more={<OtherWays next={next} asked={asked} providers={providers} onProblem={setProblem} />}
      footer={
        <>
          Have an account? <TextLink href={otherForm("/sign-in", next, asked)}>Sign in</TextLink>
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
      <NewPasswordInput
        label="Password"
        name="password"
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
