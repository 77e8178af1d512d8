"use client";

import {
  Select,
  Skeleton,
  Table,
  TableTbody,
  TableTd,
  TableTh,
  TableThead,
  TableTr,
  Text,
} from "@mantine/core";
import type { inferRouterOutputs } from "@trpc/server";
import type { ReactNode } from "react";
import type { AppRouter } from "#server/router.ts";
import { Pager } from "../../_components/pager.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { TableBox } from "../../_components/table-box.tsx";
import { TimeText } from "../../_components/time-text.tsx";
import { changedText, eventChoices, eventWords, isAlarming } from "./event-words.ts";
import type { useEventList } from "./use-event-list.ts";

export type AuditEvent = inferRouterOutputs<AppRouter>["audit"]["list"]["items"][number];

type Page<Event> = { items: readonly Event[]; nextCursor: string | null };

/** `who` and `what` name those the viewer knows. */
export function AuditTable<Event extends AuditEvent>(props: {
  page: Page<Event> | undefined;
  error: unknown;
  onRetry: () => void;
  busy: boolean;
  list: ReturnType<typeof useEventList>;
  who: (event: Event) => ReactNode;
  what: (event: Event) => ReactNode;
  empty: ReactNode;
}) {
  const { page } = props;
  const { place, event, setEvent } = props.list;
  return (
    <>
      <Select
        maw={360}
        mb="md"
        aria-label="Events to show"
        placeholder="All events"
        data={eventChoices}
        clearable
        searchable
        clearButtonProps={{ "aria-label": "Show all events" }}
        value={event}
        onChange={setEvent}
      />
      <ProblemAlert error={props.error} onRetry={props.onRetry} />
      {!page && !props.error && <Skeleton h={200} radius="lg" />}
      {page?.items.length === 0 &&
        (event ? <Text c="dimmed">None of these happened: {eventWords(event)}.</Text> : props.empty)}
      {page && page.items.length > 0 && (
        <TableBox>
          <Table aria-label="Events">
            <TableThead>
              <TableTr>
                <TableTh>What happened</TableTh>
                <TableTh w={200} visibleFrom="sm">
                  Who
                </TableTh>
                <TableTh w={170} visibleFrom="md">
                  From
                </TableTh>
                <TableTh w={140}>When</TableTh>
              </TableTr>
            </TableThead>
            <TableTbody>
              {page.items.map((item) => (
                <Row key={item.id} event={item} who={props.who(item)} what={props.what(item)} />
              ))}
            </TableTbody>
          </Table>
        </TableBox>
      )}
      <Pager place={place} nextCursor={page?.nextCursor} label="Pages of events" busy={props.busy} />
    </>
  );
}

function Row({ event, who, what }: { event: AuditEvent; who: ReactNode; what: ReactNode }) {
  const changed = changedText(event.detail.changed);
  return (
    <TableTr>
      <TableTd style={{ overflowWrap: "anywhere" }}>
        <Text size="sm" fw={500} {...(isAlarming(event.event) ? { c: "var(--mantine-color-error)" } : {})}>
          {eventWords(event.event)}
        </Text>
        {(what || changed) && (
          <Text size="sm" c="dimmed">
            {what}
            {what && changed && ": "}
            {changed}
          </Text>
        )}
        <Text size="sm" c="dimmed" hiddenFrom="sm">
          {who}
        </Text>
        <Text size="sm" c="dimmed" hiddenFrom="md">
          {event.address}
        </Text>
      </TableTd>
      <TableTd visibleFrom="sm" style={{ overflowWrap: "anywhere" }}>
        {who}
      </TableTd>
      <TableTd visibleFrom="md" style={{ overflowWrap: "anywhere" }}>
        <span {...(event.userAgent ? { title: event.userAgent } : {})}>{event.address ?? "Not known"}</span>
      </TableTd>
      <TableTd>
        <TimeText value={event.createdAt} />
      </TableTd>
    </TableTr>
  );
}
