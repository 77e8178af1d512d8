"use client";

import { Button, Text } from "@mantine/core";
import { useMounted } from "@mantine/hooks";
import { useState } from "react";
import { authRead } from "../../_components/auth-request.ts";
import { TextLink } from "../../_components/links.tsx";
import { ProblemText } from "../../_components/problem-text.tsx";
import { AuthNote } from "../auth-note.tsx";

type Props = { token: string; next: string; signedIn: boolean };

/** Confirmed by a person's click: a scanner of mails opens every link. */
export function VerifyEmail({ token, next, signedIn }: Props) {
  const live = useMounted();
  const [state, setState] = useState<"asking" | "busy" | "done">("asking");
  const [problem, setProblem] = useState<{ code: string; message: string } | null>(null);
  const confirm = async () => {
    setState("busy");
    setProblem(null);
    const answer = await authRead("verify-email", { token });
    setState(answer.ok ? "done" : "asking");
    if (!answer.ok) setProblem(answer);
  };
  if (state === "done") {
    return (
      <AuthNote title="Your e-mail address is confirmed">
        <Text>
          <TextLink href={next}>{signedIn ? "Go on" : "Sign in"}</TextLink>
        </Text>
      </AuthNote>
    );
  }
  return (
    <AuthNote title="Confirm your address">
      {problem ? (
        <ProblemText detail={problem.message} />
      ) : (
        <Text>One click, and it is confirmed as yours.</Text>
      )}
      {problem?.code === "SIGN_IN_REQUIRED" ? (
        <Text size="sm">
          <TextLink href={`/sign-in?next=${encodeURIComponent(`/verify-email?token=${token}`)}`}>
            Sign in
          </TextLink>
        </Text>
      ) : (
        <Button onClick={() => void confirm()} loading={state === "busy"} disabled={!live || token === ""}>
          Confirm this address
        </Button>
      )}
      {problem && !signedIn && (
        <Text size="sm" c="dimmed">
          Sign in to be sent a new link.
        </Text>
      )}
    </AuthNote>
  );
}
