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

const who = ({ actorKind, actorId }: AuditEvent) =>
  actorKind === "user" && actorId === null
    ? "Somebody without a session"
    : [kinds[actorKind] ?? actorKind, actorId].filter(Boolean).join(" ");

const what = ({ accountId, actorId, subjectId }: AuditEvent) =>
  [subjectId, accountId === actorId ? null : accountId ? `account ${accountId}` : "no account"]
    .filter(Boolean)
    .join(", ");

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
        who={who}
        what={what}
        empty={<Text c="dimmed">Nothing happened yet.</Text>}
      />
    </>
  );
}
