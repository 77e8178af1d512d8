"use client";

import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { TextLink } from "../../../_components/links.tsx";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { Section } from "../section.tsx";
import { type Account, useAccount } from "../use-account.ts";
import { ChangePassword } from "./change-password.tsx";
import { Passkeys } from "./passkeys.tsx";
import { TwoFactor } from "./two-factor.tsx";

export function SecurityView() {
  const { account, error, retry, refresh } = useAccount();
  return (
    <Stack maw={720}>
      <ProblemAlert error={error} onRetry={retry} />
      {!account && !error && <Skeleton h={320} radius="lg" />}
      {account && (
        <>
          <PasswordSection account={account} />
          <Passkeys account={account} refresh={refresh} />
          <TwoFactor account={account} refresh={refresh} />
          {account.providers.length > 0 && (
            <Section
              title="Other sites"
              description="Your account can also be signed in to with these. They decide themselves whether to ask for a second factor."
            >
              <Text>{account.providers.join(", ")}</Text>
            </Section>
          )}
        </>
      )}
    </Stack>
  );
}

function PasswordSection({ account }: { account: Account }) {
  const [changing, { open, close }] = useDisclosure();
  if (!account.hasPassword) {
    return (
      <Section
        title="Password"
        description="Your account has none: you sign in with a passkey or another site."
      >
        <Text size="sm">
          To have one, <TextLink href="/forgot-password">ask for a link by mail</TextLink>.
        </Text>
      </Section>
    );
  }
  return (
    <Section title="Password" description="A new one signs out every other browser.">
      <Group>
        <Button variant="default" onClick={open}>
          Change password…
        </Button>
      </Group>
      <ChangePassword opened={changing} onClose={close} />
    </Section>
  );
}
