"use client";

import { Anchor, Paper, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { authRequest } from "../../../_components/auth-request.ts";
import type { User } from "../../../_components/user.ts";
import { type Answered, GrantForm } from "../grant-form.tsx";
import type { AskedConnection } from "../grant-values.ts";

export function ConsentView(props: { asked: AskedConnection; oauthQuery: string; user: User; now: string }) {
  const { asked, oauthQuery } = props;
  const [answered, setAnswered] = useState<Answered | null>(null);
  if (answered) return <Leaving app={asked.client.name} answered={answered} />;
  return (
    <GrantForm
      asked={asked}
      request={{ oauthQuery }}
      user={props.user}
      now={props.now}
      onAnswered={(answer) => {
        setAnswered(answer);
        if (answer.redirectUrl) window.location.assign(answer.redirectUrl);
      }}
      onOtherAccount={async () => {
        const { ok } = await authRequest("sign-out", {});
        if (ok) window.location.assign(`/sign-in?${oauthQuery}`);
      }}
    />
  );
}

/** Stays in sight where the app takes over without a page of its own, or does not. */
function Leaving({ app, answered: { allowed, redirectUrl } }: { app: string; answered: Answered }) {
  return (
    <Paper withBorder p="xl" shadow="xs" role="status">
      <Stack gap="sm">
        <Title order={1} fz={22} style={{ overflowWrap: "anywhere" }}>
          {allowed ? "Connected: " : "Not connected: "}
          <bdi>{app}</bdi>
        </Title>
        <Text>You are being taken back to the app. You can close this page when you are there.</Text>
        {redirectUrl && (
          <Text size="sm">
            Nothing happens? <Anchor href={redirectUrl}>Go back to the app</Anchor>
          </Text>
        )}
      </Stack>
    </Paper>
  );
}
