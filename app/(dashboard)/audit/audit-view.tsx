"use client";

import { IconHistory } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { EmptyBox } from "../../_components/empty-box.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { type AuditEvent, AuditTable } from "./audit-table.tsx";
import { useEventList } from "./use-event-list.ts";

export function AuditView() {
  const trpc = useTRPC();
  const list = useEventList();
  const keys = useQuery(trpc.keys.list.queryOptions({}));
  const connections = useQuery(trpc.connections.list.queryOptions({}));
  const events = useQuery({
    ...trpc.audit.list.queryOptions(list.input),
    placeholderData: keepPreviousData,
  });
  const apps = connections.data?.items ?? [];
  const what = ({ subjectId }: AuditEvent) =>
    keys.data?.items.find(({ id }) => id === subjectId)?.name ??
    apps.find(({ id, client }) => id === subjectId || client.id === subjectId)?.client.name ??
    "";
  const who = ({ actorKind, actorId, accountId }: AuditEvent) => {
    if (actorKind === "user" && actorId === accountId) return "You";
    if (actorKind === "user") return actorId === null ? "Somebody without a session" : "An admin";
    if (actorKind === "client")
      return apps.find(({ client }) => client.id === actorId)?.client.name ?? "An app";
    return actorKind === "system" ? "FLTR itself" : "An app or key of yours";
  };
  return (
    <>
      <PageHeader
        title="Audit log"
        description="What was done to your account, its keys and its apps, by whom and from where. Nothing here can be changed or removed."
      />
      <AuditTable
        page={events.data}
        error={events.error}
        onRetry={() => void events.refetch()}
        busy={events.isPlaceholderData}
        list={list}
        who={who}
        what={what}
        empty={
          <EmptyBox icon={<IconHistory size={22} stroke={1.6} />} title="Nothing happened yet">
            Sign-ins, keys, connected apps and their changes will stand here.
          </EmptyBox>
        }
      />
    </>
  );
}
