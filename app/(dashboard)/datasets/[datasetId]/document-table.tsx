"use client";

import {
  ActionIcon,
  Group,
  Table,
  TableTbody,
  TableTd,
  TableTh,
  TableThead,
  TableTr,
  Text,
  UnstyledButton,
  VisuallyHidden,
} from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { IconPlayerStop, IconRefresh, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { formatBytes, formatNumber } from "../../../_components/format.ts";
import { TimeText } from "../../../_components/time-text.tsx";
import { problemOf } from "../../../_trpc/problem.ts";
import { useTRPC } from "../../../_trpc/provider.tsx";
import classes from "./document-table.module.css";
import type { ListView } from "./list-view.ts";
import { SortHeader } from "./sort-header.tsx";
import { type DocumentState, StateBadge } from "./state-badge.tsx";

export type ListedDocument = {
  id: string;
  title: string;
  state: DocumentState;
  reason: string | null;
  retryable: boolean;
  progress: number | null;
  goneAt: string | null;
  sizeBytes: number;
  chunkCount: number;
  createdAt: string;
};

export function DocumentTable(props: {
  datasetId: string;
  items: readonly ListedDocument[];
  onShow: (document: ListedDocument) => void;
  view: ListView;
  onSort: (view: ListView) => void;
}) {
  const { datasetId } = props;
  const order = { view: props.view, onChange: props.onSort };
  const trpc = useTRPC();
  const queries = useQueryClient();
  const outcome = {
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries(trpc.documents.list.pathFilter()),
        queries.invalidateQueries(trpc.datasets.pathFilter()),
      ]),
    onError: (error: unknown) => {
      const { detail, hint } = problemOf(error);
      notifications.show({ color: "red", title: detail, message: hint });
    },
  };
  const remove = useMutation(trpc.documents.delete.mutationOptions(outcome));
  const retry = useMutation(trpc.documents.retry.mutationOptions(outcome));
  const cancel = useMutation(trpc.documents.cancel.mutationOptions(outcome));
  const confirm = ({ id, title }: ListedDocument) =>
    modals.openConfirmModal({
      title: "Delete this document?",
      children: (
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          “{title}” and its passages will be gone for good. To have it back, you must add it again.
        </Text>
      ),
      labels: { confirm: "Delete document", cancel: "Keep it" },
      confirmProps: { color: "red" },
      onConfirm: () => remove.mutate({ datasetId, documentId: id }),
    });
  return (
    <div className={classes.box}>
      <Table aria-label="Documents">
        <TableThead>
          <TableTr>
            <SortHeader sort="title" {...order}>
              Document
            </SortHeader>
            <TableTh w={110}>State</TableTh>
            <SortHeader sort="size" {...order} w={100} ta="right" visibleFrom="sm">
              Size
            </SortHeader>
            <SortHeader sort="passages" {...order} w={110} ta="right" visibleFrom="sm">
              Passages
            </SortHeader>
            <SortHeader sort="added" {...order} w={140} visibleFrom="md">
              Added
            </SortHeader>
            <TableTh w={84}>
              <VisuallyHidden>Actions</VisuallyHidden>
            </TableTh>
          </TableTr>
        </TableThead>
        <TableTbody>
          {props.items.map((document) => (
            <TableTr key={document.id}>
              <TableTd>
                <UnstyledButton className={classes.title} onClick={() => props.onShow(document)}>
                  <Text span size="sm" fw={500}>
                    {document.title}
                  </Text>
                </UnstyledButton>
                {document.goneAt && (
                  <Text size="xs" c="dimmed" mt={2}>
                    No longer where it was read from
                  </Text>
                )}
                {document.reason && (
                  <Text size="xs" c="var(--mantine-color-error)" mt={2} style={{ overflowWrap: "anywhere" }}>
                    {document.reason}
                    {document.chunkCount > 0 && " Its earlier text is still searched."}
                  </Text>
                )}
              </TableTd>
              <TableTd>
                <StateBadge state={document.state} progress={document.progress} />
              </TableTd>
              <TableTd ta="right" visibleFrom="sm" className="numeric">
                {formatBytes(document.sizeBytes)}
              </TableTd>
              <TableTd ta="right" visibleFrom="sm" className="numeric">
                {formatNumber(document.chunkCount)}
              </TableTd>
              <TableTd visibleFrom="md">
                <TimeText value={document.createdAt} />
              </TableTd>
              <TableTd>
                <Group gap={2} wrap="nowrap" justify="flex-end">
                  {document.retryable && (
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      aria-label={`Read ${document.title} again`}
                      title="Read it again"
                      onClick={() => retry.mutate({ datasetId, documentId: document.id })}
                    >
                      <IconRefresh size={16} />
                    </ActionIcon>
                  )}
                  {(document.state === "queued" || document.state === "processing") && (
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      aria-label={`Stop reading ${document.title}`}
                      title="Stop reading it"
                      onClick={() => cancel.mutate({ datasetId, documentId: document.id })}
                    >
                      <IconPlayerStop size={16} />
                    </ActionIcon>
                  )}
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={`Delete ${document.title}`}
                    onClick={() => confirm(document)}
                  >
                    <IconTrash size={16} />
                  </ActionIcon>
                </Group>
              </TableTd>
            </TableTr>
          ))}
        </TableTbody>
      </Table>
    </div>
  );
}
