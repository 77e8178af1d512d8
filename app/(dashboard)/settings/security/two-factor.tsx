"use client";

import { Badge, Button, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { isNotEmpty, useForm } from "@mantine/form";
import { useState } from "react";
import { type AuthAnswer, authRequest, fieldOf } from "../../../_components/auth-request.ts";
import { ProblemText } from "../../../_components/problem-text.tsx";
import { useConfirmed } from "../confirm-yourself.tsx";
import { Section } from "../section.tsx";
import type { Account } from "../use-account.ts";
import { RecoveryCodes } from "./recovery-codes.tsx";
import { ScanCode } from "./scan-code.tsx";

type Act = "enable" | "disable" | "generate-backup-codes";

/** What the dialog shows now. */
type Step =
  | { name: "password"; act: Act }
  | { name: "scan"; totpUri: string; codes: string[] }
  | { name: "codes"; codes: string[] };

const titles = {
  enable: "Turn on two-factor sign-in",
  disable: "Turn off two-factor sign-in",
  "generate-backup-codes": "Make new recovery codes",
} as const;

export function TwoFactor({ account, refresh }: { account: Account; refresh: () => Promise<unknown> }) {
  const [step, setStep] = useState<Step | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const { run, dialog } = useConfirmed(account, refresh);

  const perform = async (act: Act, password?: string): Promise<string | null> => {
    setProblem(null);
    const answer = await authRequest(`two-factor/${act}`, password === undefined ? {} : { password });
    if (!answer.ok) return answer.code === "INVALID_PASSWORD" ? "That is not your password" : answer.message;
    if (act === "enable")
      setStep({ name: "scan", totpUri: fieldOf(answer.answer, "totpURI"), codes: codesOf(answer) });
    else if (act === "generate-backup-codes") setStep({ name: "codes", codes: codesOf(answer) });
    else {
      setStep(null);
      await refresh();
    }
    return null;
  };
  const begin = (act: Act) => {
    if (account.hasPassword) return setStep({ name: "password", act });
    run(() => void perform(act).then(setProblem));
  };

  return (
    <Section
      title="Two-factor sign-in"
      description="After the password, a code from an authenticator app. Whoever finds out the password alone does not get in. Passkeys need none."
    >
      <Group gap="xs">
        <Badge variant="default" tt="none" fw={500}>
          {account.twoFactor ? "On" : "Off"}
        </Badge>
      </Group>
      {problem && <ProblemText detail={problem} />}
      <Group>
        {account.twoFactor ? (
          <>
            <Button variant="default" onClick={() => begin("generate-backup-codes")}>
              Make new recovery codes…
            </Button>
            <Button variant="default" onClick={() => begin("disable")}>
              Turn off…
            </Button>
          </>
        ) : (
          <Button variant="default" onClick={() => begin("enable")}>
            Turn on…
          </Button>
        )}
      </Group>
      <Modal opened={step !== null} onClose={() => setStep(null)} title={step ? titleOf(step) : ""}>
        {step?.name === "password" && (
          <PasswordStep act={step.act} onPassword={(password) => perform(step.act, password)} />
        )}
        {step?.name === "scan" && (
          <ScanCode
            totpUri={step.totpUri}
            onVerified={async () => {
              setStep({ name: "codes", codes: step.codes });
              await refresh();
            }}
          />
        )}
        {step?.name === "codes" && <RecoveryCodes codes={step.codes} onDone={() => setStep(null)} />}
      </Modal>
      {dialog}
    </Section>
  );
}

function titleOf(step: Step): string {
  if (step.name === "password") return titles[step.act];
  return step.name === "scan" ? "Add FLTR to your authenticator app" : "Keep these recovery codes";
}

function codesOf({ answer }: Extract<AuthAnswer, { ok: true }>): string[] {
  if (typeof answer !== "object" || answer === null || !("backupCodes" in answer)) return [];
  const { backupCodes } = answer;
  return Array.isArray(backupCodes) ? backupCodes.map(String) : [];
}

function PasswordStep(props: { act: Act; onPassword: (password: string) => Promise<string | null> }) {
  const [busy, setBusy] = useState(false);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { password: "" },
    validate: { password: isNotEmpty("Enter your password") },
  });
  const send = async ({ password }: typeof form.values) => {
    setBusy(true);
    const problem = await props.onPassword(password);
    setBusy(false);
    if (problem) form.setFieldError("password", problem);
  };
  return (
    <form onSubmit={form.onSubmit((values) => void send(values))}>
      <Stack>
        {props.act === "disable" && (
          <Text size="sm">Signing in then takes the password alone. Your recovery codes stop working.</Text>
        )}
        {props.act === "generate-backup-codes" && <Text size="sm">The old codes stop working at once.</Text>}
        <PasswordInput
          label="Your password"
          autoComplete="current-password"
          data-autofocus
          key={form.key("password")}
          {...form.getInputProps("password")}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={busy} {...(props.act === "disable" ? { color: "red" } : {})}>
            {props.act === "disable" ? "Turn off" : "Continue"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
