"use client";

import { Badge, Button, Group, Paper, SegmentedControl, Skeleton, Stack, Text, Title } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { count } from "../../_components/format.ts";
import { Pager, usePlace } from "../../_components/pager.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { TimeText } from "../../_components/time-text.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { DeclineRequest } from "./decline-request.tsx";
import { GrantCredits } from "./grant-credits.tsx";

export type CreditRequest = {
  id: string;
  userId: string;
  email: string;
  amount: number;
  message: string;
  state: "open" | "granted" | "declined";
  createdAt: string;
  decidedAt: string | null;
};

const states = { open: "Open", granted: "Granted", declined: "Declined" } as const;

export function CreditRequests() {
  const trpc = useTRPC();
  const place = usePlace();
  const [all, setAll] = useState(false);
  const [granting, setGranting] = useState<CreditRequest | null>(null);
  const [declining, setDeclining] = useState<CreditRequest | null>(null);
  const requests = useQuery({
    ...trpc.admin.creditRequests.queryOptions({
      ...(all ? {} : { state: "open" }),
      ...(place.cursor ? { cursor: place.cursor } : {}),
    }),
    placeholderData: keepPreviousData,
  });
  const items = requests.data?.items ?? [];
  return (
    <section aria-labelledby="requests">
      <Group justify="space-between" mb="sm">
        <Title order={2} fz="lg" id="requests">
          Requests for credits
        </Title>
        <SegmentedControl
          size="xs"
          aria-label="Requests to show"
          data={[
            { value: "open", label: "Open" },
            { value: "all", label: "All" },
          ]}
          value={all ? "all" : "open"}
          onChange={(value) => {
            setAll(value === "all");
            place.restart();
          }}
        />
      </Group>
      <ProblemAlert error={requests.error} onRetry={() => void requests.refetch()} />
      {requests.isPending && <Skeleton h={80} radius="lg" />}
      {requests.data && items.length === 0 && (
        <Text c="dimmed" size="sm">
          {all ? "Nobody has asked yet." : "No request is open."}
        </Text>
      )}
      {items.length > 0 && (
        <Paper component="ul" withBorder p={0} m={0} style={{ listStyle: "none" }}>
          {items.map((request, index) => (
            <li key={request.id} style={index > 0 ? { borderTop: "1px solid var(--fltr-line)" } : {}}>
              <Group justify="space-between" align="flex-start" px="lg" py="md">
                <Stack gap={4} miw={0} flex="1 1 16rem">
                  <Text size="sm" style={{ overflowWrap: "anywhere" }}>
                    <Text span inherit fw={550}>
                      {request.email}
                    </Text>{" "}
                    asks for {count(request.amount, "credit")}
                  </Text>
                  {request.message && (
                    <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
                      {request.message}
                    </Text>
                  )}
                  <Text size="sm" c="dimmed">
                    <TimeText value={request.createdAt} />
                  </Text>
                </Stack>
                {request.state === "open" ? (
                  <Group gap="xs">
                    <Button
                      size="compact-sm"
                      aria-label={`Grant the request of ${request.email}`}
                      onClick={() => setGranting(request)}
                    >
                      Grant
                    </Button>
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={`Decline the request of ${request.email}`}
                      onClick={() => setDeclining(request)}
                    >
                      Decline
                    </Button>
                  </Group>
                ) : (
                  <Badge variant="default" tt="none" fw={500}>
                    {states[request.state]}
                  </Badge>
                )}
              </Group>
            </li>
          ))}
        </Paper>
      )}
      <Pager
        place={place}
        nextCursor={requests.data?.nextCursor}
        label="Pages of requests"
        busy={requests.isPlaceholderData}
      />
      <GrantCredits
        recipient={
          granting && {
            userId: granting.userId,
            words: granting.email,
            request: { id: granting.id, amount: granting.amount },
          }
        }
        onClose={() => setGranting(null)}
      />
      <DeclineRequest request={declining} onClose={() => setDeclining(null)} />
    </section>
  );
}
