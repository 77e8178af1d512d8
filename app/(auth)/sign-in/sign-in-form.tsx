"use client";

import { PasswordInput, Text, TextInput } from "@mantine/core";
import { isEmail, isNotEmpty, useForm } from "@mantine/form";
import { useEffect, useRef, useState } from "react";
import { type AuthAnswer, authRequest } from "../../_components/auth-request.ts";
import { TextLink } from "../../_components/links.tsx";
import { askPasskey, offersPasskeys } from "../../_components/passkeys.ts";
import { type Asked, otherForm, withRequest } from "../asked.ts";
import { AuthCard } from "../auth-card.tsx";
import { earlyInput } from "../early-input.ts";
import { OtherWays, type Provider } from "../other-ways.tsx";
import { SecondFactor } from "./second-factor.tsx";

type Props = { next: string; asked?: Asked; providers: readonly Provider[]; problem: string | null };

export function SignInForm({ next, asked, providers, problem: arrived }: Props) {
  const [problem, setProblem] = useState(arrived);
  const [busy, setBusy] = useState(false);
  const [second, setSecond] = useState(false);
  const waiting = useRef<AbortController>(null);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { email: "", password: "" },
    validate: {
      email: isEmail("Enter your e-mail address"),
      password: isNotEmpty("Enter your password"),
    },
  });

  // A full load: everything on the next page is the new account's.
  const enter = ({ url }: Extract<AuthAnswer, { ok: true }>) => window.location.assign(url ?? next);
  const finish = (answer: AuthAnswer) => {
    if (answer.ok) return enter(answer);
    setBusy(false);
    if (answer.code !== "ABORTED") setProblem(answer.message);
  };
  const signIn = async (values: typeof form.values) => {
    setBusy(true);
    setProblem(null);
    const answer = await authRequest("sign-in/email", {
      ...values,
      ...withRequest(asked),
      // Kept in the link of the mail that an unconfirmed address is sent.
      callbackURL: asked ? otherForm("/sign-in", next, asked) : next,
    });
    if (!answer.ok || !wantsSecond(answer.answer)) return finish(answer);
    setBusy(false);
    setSecond(true);
  };
  const withPasskey = async () => {
    waiting.current?.abort();
    setBusy(true);
    setProblem(null);
    finish(await askPasskey(withRequest(asked)));
  };

  const oauthQuery = asked?.oauthQuery;
  useEffect(() => {
    const controller = new AbortController();
    waiting.current = controller;
    const offer = async () => {
      if (!(await offersPasskeys()) || controller.signal.aborted) return;
      const answer = await askPasskey(oauthQuery ? { oauth_query: oauthQuery } : {}, controller.signal);
      if (answer.ok) window.location.assign(answer.url ?? next);
      else if (!["ABORTED", "CANCELLED"].includes(answer.code)) setProblem(answer.message);
    };
    void offer();
    return () => controller.abort();
  }, [next, oauthQuery]);

  if (second) {
    return <SecondFactor asked={asked} onSignedIn={enter} onBack={() => setSecond(false)} />;
  }
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
      more={
        <OtherWays
          next={next}
          asked={asked}
          providers={providers}
          onPasskey={() => void withPasskey()}
          onProblem={setProblem}
        />
      }
      footer={
        <>
          New here? <TextLink href={otherForm("/sign-up", next, asked)}>Create an account</TextLink>
        </>
      }
    >
      <TextInput
        label="E-mail"
        type="email"
        name="email"
        autoComplete="username webauthn"
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
      <Text size="sm">
        <TextLink href="/forgot-password">Forgot your password?</TextLink>
      </Text>
    </AuthCard>
  );
}

function wantsSecond(answer: unknown): boolean {
  return typeof answer === "object" && answer !== null && "twoFactorRedirect" in answer;
}
