"use client";

import { Button, Paper, Stack, Text, Title } from "@mantine/core";
import { useMounted } from "@mantine/hooks";
import type { FormEventHandler, ReactNode } from "react";
import { ProblemText } from "../_components/problem-text.tsx";

export function AuthCard(props: {
  title: string;
  description: string;
  submitLabel: string;
  busy: boolean;
  problem: string | null;
  onSubmit: FormEventHandler<HTMLFormElement>;
  children: ReactNode;
  /** Below the button: other ways to the same end. */
  more?: ReactNode;
  footer: ReactNode;
}) {
  // Before the page is live, a submit would put the password into the address.
  const live = useMounted();
  return (
    <Stack w="100%" maw={400} mx="auto" gap="xl">
      <Paper withBorder p="xl" shadow="xs">
        <form method="post" onSubmit={props.onSubmit} noValidate>
          <Stack>
            <div>
              <Title order={1} fz={22} style={{ overflowWrap: "anywhere" }}>
                {props.title}
              </Title>
              <Text c="dimmed" size="sm" mt={4}>
                {props.description}
              </Text>
            </div>
            {props.problem && <ProblemText detail={props.problem} />}
            {props.children}
            <Button type="submit" fullWidth loading={props.busy} disabled={!live} mt="xs">
              {props.submitLabel}
            </Button>
          </Stack>
        </form>
        {props.more}
      </Paper>
      <Text ta="center" size="sm">
        {props.footer}
      </Text>
    </Stack>
  );
}
