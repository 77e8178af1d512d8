"use client";

import { Button, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { TextLink } from "../../../_components/links.tsx";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { useTRPC } from "../../../_trpc/provider.tsx";
import { SessionList } from "./session-list.tsx";
import { SignOutOthers } from "./sign-out-others.tsx";

export function SessionsView() {
  const trpc = useTRPC();
  const sessions = useQuery(trpc.sessions.list.queryOptions({}));
  const [asking, { open, close }] = useDisclosure();
  const items = sessions.data?.items;
  return (
    <>
      <Stack maw={720}>
        <Group justify="space-between" align="flex-start">
          <div style={{ flex: "1 1 18rem" }}>
            <Title order={2} fz="lg">
              Browsers
            </Title>
            <Text c="dimmed" size="sm" mt={4}>
              Where you are signed in. A browser that you sign out here is refused on its next call.
            </Text>
          </div>
          <Button variant="default" onClick={open}>
            Sign out everywhere else…
          </Button>
        </Group>
        <ProblemAlert error={sessions.error} onRetry={() => void sessions.refetch()} />
        {sessions.isPending && <Skeleton h={160} radius="lg" />}
        {items && <SessionList items={items} />}
        <Text size="sm" c="dimmed">
          A browser you do not know? Sign it out, then{" "}
          <TextLink href="/settings/security">change your password</TextLink>. When one was last seen is true
          to about a day. Apps and programs stand under{" "}
          <TextLink href="/connections">your connections</TextLink> and{" "}
          <TextLink href="/keys">your API keys</TextLink>.
        </Text>
      </Stack>
      <SignOutOthers opened={asking} onClose={close} />
    </>
  );
}
