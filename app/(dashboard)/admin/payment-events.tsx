"use client";

import {
  Badge,
  Code,
  Skeleton,
  Table,
  TableTbody,
  TableTd,
  TableTh,
  TableThead,
  TableTr,
  Text,
} from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { count } from "../../_components/format.ts";
import { PageSection } from "../../_components/page-section.tsx";
import { Pager, usePlace } from "../../_components/pager.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { TableBox } from "../../_components/table-box.tsx";
import { TimeText } from "../../_components/time-text.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";

const outcomes: Record<string, string> = {
  received: "Received",
  applied: "Applied",
  waiting: "Waiting",
  ignored: "Not needed",
  unknownAccount: "Unknown account",
  failed: "Failed",
};

/** What Stripe told of payments, with what became of it. */
export function PaymentEvents() {
  const trpc = useTRPC();
  const place = usePlace();
  const events = useQuery({
    ...trpc.admin.stripeEvents.queryOptions(place.cursor ? { cursor: place.cursor } : {}),
    placeholderData: keepPreviousData,
  });
  return (
    <PageSection id="payments" title="Payments">
      <ProblemAlert error={events.error} onRetry={() => void events.refetch()} />
      {events.isPending && <Skeleton h={120} radius="lg" />}
      {events.data?.items.length === 0 && (
        <Text c="dimmed" size="sm">
          Stripe has told of no payment yet.
        </Text>
      )}
      {events.data && events.data.items.length > 0 && (
        <TableBox>
          <Table aria-labelledby="payments">
            <TableThead>
              <TableTr>
                <TableTh>Event</TableTh>
                <TableTh w={150}>Outcome</TableTh>
                <TableTh w={150} visibleFrom="sm">
                  Received
                </TableTh>
              </TableTr>
            </TableThead>
            <TableTbody>
              {events.data.items.map((event) => (
                <TableTr key={event.id}>
                  <TableTd style={{ overflowWrap: "anywhere" }}>
                    <Code>{event.type}</Code>
                    <Text size="sm" c="dimmed" mt={4}>
                      {[
                        event.detail,
                        event.deliveries > 1 ? `Delivered ${count(event.deliveries, "time")}.` : "",
                      ]
                        .filter(Boolean)
                        .join(" ")}
                    </Text>
                  </TableTd>
                  <TableTd>
                    <Badge
                      variant="default"
                      tt="none"
                      fw={500}
                      {...(event.outcome === "failed" ? { c: "var(--mantine-color-error)" } : {})}
                    >
                      {outcomes[event.outcome] ?? event.outcome}
                    </Badge>
                  </TableTd>
                  <TableTd visibleFrom="sm">
                    <TimeText value={event.receivedAt} />
                  </TableTd>
                </TableTr>
              ))}
            </TableTbody>
          </Table>
        </TableBox>
      )}
      <Pager
        place={place}
        nextCursor={events.data?.nextCursor}
        label="Pages of payments"
        busy={events.isPlaceholderData}
      />
    </PageSection>
  );
}
