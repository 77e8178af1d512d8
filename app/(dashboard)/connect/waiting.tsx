"use client";

import { Group, Loader, Paper, Text } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { TextLink } from "../../_components/links.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { useStreamed } from "../live.tsx";
import { arrivalSince } from "./arrival.ts";

const pollMilliseconds = 2_000;
const afterErrorMilliseconds = 10_000;

/** Watches for an app's first call while the page is open. */
export function Waiting() {
  const trpc = useTRPC();
  const streamed = useStreamed();
  const { data, error, isFetchedAfterMount } = useQuery({
    ...trpc.connections.list.queryOptions({}),
    staleTime: 0,
    refetchInterval: ({ state }) =>
      state.status === "error" ? afterErrorMilliseconds : streamed ? false : pollMilliseconds,
    refetchOnWindowFocus: "always",
  });
  const [before, setBefore] = useState<NonNullable<typeof data>["items"] | null>(null);
  // What was connected when the page opened is no news.
  if (before === null && data && isFetchedAfterMount) setBefore(data.items);
  const arrival = arrivalSince(before ?? [], before ? (data?.items ?? []) : []);
  if (error) return <ProblemAlert error={error} />;
  // In sight however long the steps above it are.
  return (
    <Paper withBorder px="lg" py="md" shadow="sm" pos="sticky" bottom={16}>
      <Group gap="sm" wrap="nowrap">
        {arrival.state === "called" ? (
          <IconCircleCheck
            size={22}
            color="var(--fltr-positive)"
            aria-hidden="true"
            style={{ flexShrink: 0 }}
          />
        ) : (
          <Loader size={18} aria-hidden="true" style={{ flexShrink: 0 }} />
        )}
        <Text size="sm" role="status" style={{ overflowWrap: "anywhere" }}>
          {arrival.state === "waiting" && "Waiting for the first call of your app…"}
          {arrival.state === "allowed" && `You allowed ${arrival.name}. Waiting for its first call…`}
          {arrival.state === "called" && (
            <>
              Connected: {arrival.name} has made its first call. Now ask it for something that is in your
              documents, and say where to look: “Search FLTR: …” See{" "}
              <TextLink href="/receipts">what it read</TextLink> or{" "}
              <TextLink href="/connections">what it may do</TextLink>.
            </>
          )}
        </Text>
      </Group>
    </Paper>
  );
}
