"use client";

import { Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { PageHeader } from "../../../_components/page-header.tsx";
import { useTRPC } from "../../../_trpc/provider.tsx";
import { type AuditEvent, AuditTable } from "../../audit/audit-table.tsx";
import { useEventList } from "../../audit/use-event-list.ts";

const kinds: Record<string, string> = {
  user: "User",
  apiKey: "Key",
  connection: "Connection",
  client: "App",
  system: "FLTR itself",
};

type NamedEvent = AuditEvent & { readonly names: Readonly<Record<string, string>> };

/** Its name, where it is still there, and its id for who points at it. */
function Named({ id, event }: { id: string; event: NamedEvent }) {
  const name = event.names[id];
  return name ? <span title={id}>{name}</span> : id;
}

function Who({ event }: { event: NamedEvent }) {
  const { actorKind, actorId } = event;
  if (actorKind === "user" && actorId === null) return "Somebody without a session";
  if (actorId === null) return kinds[actorKind] ?? actorKind;
  if (actorKind === "user") return <Named id={actorId} event={event} />;
  return (
    <>
      {kinds[actorKind] ?? actorKind} <Named id={actorId} event={event} />
    </>
  );
}

const hasSubject = ({ accountId, actorId, subjectId }: AuditEvent) =>
  (subjectId !== null && subjectId !== accountId) || accountId === null || accountId !== actorId;

function What({ event }: { event: NamedEvent }) {
  const { accountId, actorId, subjectId } = event;
  const subject = subjectId !== null && subjectId !== accountId ? subjectId : null;
  return (
    <>
      {subject && <Named id={subject} event={event} />}
      {subject && accountId !== actorId && ", "}
      {accountId === null && "no account"}
      {accountId !== null && accountId !== actorId && (
        <>
          account <Named id={accountId} event={event} />
        </>
      )}
    </>
  );
}

export function EveryonesAudit() {
  const trpc = useTRPC();
  const list = useEventList();
  const events = useQuery({
    ...trpc.admin.audit.queryOptions(list.input),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHeader
        title="Audit log of everyone"
        description="Every security event of this installation, newest first. Only admins see this page."
      />
      <AuditTable
        page={events.data}
        error={events.error}
        onRetry={() => void events.refetch()}
        busy={events.isPlaceholderData}
        list={list}
        who={(event) => <Who event={event} />}
        what={(event) => (hasSubject(event) ? <What event={event} /> : null)}
        empty={<Text c="dimmed">Nothing happened yet.</Text>}
      />
    </>
  );
}
