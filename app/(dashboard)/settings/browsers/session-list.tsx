"use client";

import { Badge, Button, Group, Paper, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/router.ts";
import { TimeText } from "../../../_components/time-text.tsx";
import { problemOf } from "../../../_trpc/problem.ts";
import { useTRPC } from "../../../_trpc/provider.tsx";
import { deviceWords } from "./device-words.ts";

type Session = inferRouterOutputs<AppRouter>["sessions"]["list"]["items"][number];

/** This browser first. */
export function SessionList({ items }: { items: readonly Session[] }) {
  const sorted = items.toSorted((one, other) => Number(other.current) - Number(one.current));
  return (
    <Paper component="ul" withBorder p={0} m={0} style={{ listStyle: "none" }} aria-label="Browsers">
      {sorted.map((session, index) => (
        <li key={session.id} style={index > 0 ? { borderTop: "1px solid var(--fltr-line)" } : {}}>
          <Row session={session} />
        </li>
      ))}
    </Paper>
  );
}

function Row({ session }: { session: Session }) {
  const { current, userAgent, address, createdAt, lastUsedAt, expiresAt } = session;
  return (
    <Stack gap="xs" px="lg" py="md">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Stack gap={2} miw={0}>
          <Group gap="xs">
            <Text fw={550} style={{ overflowWrap: "anywhere" }} {...(userAgent ? { title: userAgent } : {})}>
              <bdi>{deviceWords(userAgent)}</bdi>
            </Text>
            {current && (
              <Badge variant="default" tt="none" fw={500}>
                This browser
              </Badge>
            )}
          </Group>
          <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {address ? `From ${address}` : "Address not known"}
          </Text>
        </Stack>
        {!current && <SignOut session={session} />}
      </Group>
      <Group gap="md" fz="sm" c="dimmed" style={{ rowGap: 4 }}>
        <span>
          Signed in <TimeText value={createdAt} />
        </span>
        {!current && (
          <span title="True to about a day">
            Last seen <TimeText value={lastUsedAt} />
          </span>
        )}
        <span>
          Session ends{" "}
          <time dateTime={expiresAt}>
            {new Date(expiresAt).toLocaleDateString("en-GB", { dateStyle: "medium", timeZone: "UTC" })}
          </time>
        </span>
      </Group>
    </Stack>
  );
}

function SignOut({ session: { id: sessionId, userAgent } }: { session: Session }) {
  const name = deviceWords(userAgent);
  const trpc = useTRPC();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries(trpc.sessions.pathFilter());
  const signOut = useMutation(
    trpc.sessions.delete.mutationOptions({
      onSuccess: () => {
        notifications.show({ message: `${name} is signed out; its next call is refused` });
        return refresh();
      },
      onError: (error) => {
        const { detail, hint } = problemOf(error);
        notifications.show({ color: "red", title: detail, message: hint });
        return refresh();
      },
    }),
  );
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={signOut.isPending}
      aria-label={`Sign out ${name}`}
      onClick={() => signOut.mutate({ sessionId })}
    >
      Sign out
    </Button>
  );
}
