"use client";

import { ActionIcon, Group, TableTd, TableTr, Text, UnstyledButton } from "@mantine/core";
import { IconPlayerStop, IconRefresh, IconTrash } from "@tabler/icons-react";
import { memo } from "react";
import { formatBytes, formatNumber } from "../../../_components/format.ts";
import { TimeText } from "../../../_components/time-text.tsx";
import classes from "./document-table.module.css";
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

export type DocumentAct = "retry" | "cancel" | "delete";

/** Drawn again only when it changes: typing and paging beside a full table must not wait for its rows. */
export const DocumentRow = memo(function DocumentRow(props: {
  document: ListedDocument;
  onShow: (document: ListedDocument) => void;
  onAct: (act: DocumentAct, document: ListedDocument) => void;
}) {
  const { document } = props;
  return (
    <TableTr>
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
              onClick={() => props.onAct("retry", document)}
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
              onClick={() => props.onAct("cancel", document)}
            >
              <IconPlayerStop size={16} />
            </ActionIcon>
          )}
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Delete ${document.title}`}
            onClick={() => props.onAct("delete", document)}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      </TableTd>
    </TableTr>
  );
});
