"use client";

import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconApps, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { EmptyBox } from "../../_components/empty-box.tsx";
import { ButtonLink, TextLink } from "../../_components/links.tsx";
import { onceOpened } from "../../_components/once-opened.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { PausedCalls } from "../access/paused-calls.tsx";
import { useStreamed } from "../live.tsx";
import { ConnectionList } from "./connection-list.tsx";
import { type MadeMachine, NewMachine } from "./new-machine.tsx";
import { RegisteredClients } from "./registered-clients.tsx";

const AddMachine = onceOpened(async () => (await import("./add-machine.tsx")).AddMachine);
const RegisterClient = onceOpened(async () => (await import("./register-client.tsx")).RegisterClient);

/** Calls of the apps show without a reload, also where there is no stream. */
const pollMilliseconds = 15_000;

export function ConnectionsView({ address }: { address: string }) {
  const trpc = useTRPC();
  const streamed = useStreamed();
  const connections = useQuery({
    ...trpc.connections.list.queryOptions({}),
    refetchInterval: streamed ? false : pollMilliseconds,
  });
  const [adding, { open, close }] = useDisclosure();
  const [registering, registration] = useDisclosure();
  const [made, setMade] = useState<MadeMachine | null>(null);
  const items = connections.data?.items;
  return (
    <>
      <PageHeader
        title="Connections"
        description="The apps that may use your account: what each may read and spend. What you change here is in force on its next call."
        actions={
          <Group gap="xs">
            <Button variant="default" leftSection={<IconPlus size={16} />} onClick={open}>
              Add a machine
            </Button>
            <Button variant="default" onClick={registration.open}>
              Register a client
            </Button>
            <ButtonLink href="/connect">Connect an app</ButtonLink>
          </Group>
        }
      />
      <Stack>
        <PausedCalls kind="connection" />
        <ProblemAlert error={connections.error} onRetry={() => void connections.refetch()} />
        {connections.isPending && <Skeleton h={160} radius="lg" />}
        {items?.length === 0 && (
          <EmptyBox
            icon={<IconApps size={22} stroke={1.6} />}
            title="No app is connected"
            action={
              <ButtonLink href="/connect" variant="default">
                Connect your first app
              </ButtonLink>
            }
          >
            Give an AI app one address. It asks you what it may read and spend, and you can stop it here at
            any time.
          </EmptyBox>
        )}
        {items && items.length > 0 && <ConnectionList items={items} />}
        <RegisteredClients />
        <Text size="sm" c="dimmed">
          Programs that cannot sign in use a key instead: see <TextLink href="/keys">your API keys</TextLink>.
          What was done to your account stands in the <TextLink href="/audit">audit log</TextLink>.
        </Text>
      </Stack>
      <RegisterClient opened={registering} onClose={registration.close} />
      <AddMachine opened={adding} onClose={close} onCreated={setMade} />
      <NewMachine made={made} address={address} onClose={() => setMade(null)} />
    </>
  );
}
