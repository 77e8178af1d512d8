"use client";

import { Button, Divider, Group, Paper, Stack, Text, Title, UnstyledButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { confirmDialog } from "../../../_components/dialogs.tsx";
import { Pager, usePlace } from "../../../_components/pager.tsx";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { problemOf } from "../../../_trpc/problem.ts";
import { useTRPC } from "../../../_trpc/provider.tsx";
import { undoable, useLeaving } from "../../undoable.tsx";
import type { ShownDocument } from "./document-drawer.tsx";
import { flagsPerPage } from "./list-view.ts";

/** What waits for its owner's decision; nothing where nothing does. */
export function FlaggedPassages(props: { datasetId: string; onShow: (document: ShownDocument) => void }) {
  const { datasetId } = props;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const place = usePlace();
  const flags = useQuery({
    ...trpc.flags.list.queryOptions({
      datasetId,
      limit: flagsPerPage,
      ...(place.cursor ? { cursor: place.cursor } : {}),
    }),
    placeholderData: keepPreviousData,
  });
  const decide = useMutation(
    trpc.flags.decide.mutationOptions({
      onSettled: () => queries.invalidateQueries(trpc.flags.pathFilter()),
      onError: (error) => {
        const { detail, hint } = problemOf(error);
        notifications.show({ color: "red", title: detail, message: hint });
      },
    }),
  );
  const leaving = useLeaving();
  const approve = (chunkId: string, title: string) =>
    undoable({
      id: chunkId,
      message: `Apps may trust this passage of “${title}”.`,
      act: () => decide.mutateAsync({ datasetId, chunkId, decision: "approved" }),
    });
  const redact = (chunkId: string) =>
    confirmDialog({
      title: "Redact this passage?",
      children: (
        <Text size="sm">
          It is blacked out in this dataset for good, also when its document is sent again. Receipts of
          earlier searches keep what was read.
        </Text>
      ),
      labels: { confirm: "Redact passage", cancel: "Keep it" },
      confirmProps: { color: "red" },
      onConfirm: () => decide.mutate({ datasetId, chunkId, decision: "redacted" }),
    });
  if (flags.error) return <ProblemAlert error={flags.error} onRetry={() => void flags.refetch()} />;
  const items = flags.data?.items.filter(({ chunkId }) => !leaving.has(chunkId)) ?? [];
  if (!flags.data || (items.length === 0 && !place.cursor)) return null;
  return (
    <Paper component="section" withBorder p="lg" aria-labelledby="flagged-passages">
      <Stack gap="md">
        <div>
          <Title order={2} size="h5" id="flagged-passages">
            Passages that look like orders to a model
          </Title>
          <Text size="sm" c="dimmed" mt={4}>
            Until you decide, apps are told not to trust them. Approve what is harmless.
          </Text>
        </div>
        {items.map(({ chunkId, documentId, documentTitle, headingPath, page, text, reason }) => (
          <article key={chunkId} aria-label={`Flagged passage of ${documentTitle}`}>
            <Divider mb="md" />
            <UnstyledButton onClick={() => props.onShow({ id: documentId, title: documentTitle })}>
              <Text span size="sm" fw={550} td="underline" style={{ overflowWrap: "anywhere" }}>
                {documentTitle}
              </Text>
            </UnstyledButton>
            <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
              {[page === null ? "" : `Page ${page}`, ...headingPath].filter(Boolean).join(" › ")}
            </Text>
            <Text
              component="blockquote"
              size="sm"
              my="xs"
              mx={0}
              lineClamp={6}
              style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}
            >
              {text}
            </Text>
            <Group justify="space-between" gap="sm">
              <Text size="sm" c="dimmed">
                {reason}
              </Text>
              <Group gap="xs">
                <Button
                  size="xs"
                  variant="default"
                  disabled={decide.isPending}
                  onClick={() => approve(chunkId, documentTitle)}
                >
                  Approve
                </Button>
                <Button
                  size="xs"
                  variant="outline"
                  color="red"
                  disabled={decide.isPending}
                  onClick={() => redact(chunkId)}
                >
                  Redact
                </Button>
              </Group>
            </Group>
          </article>
        ))}
        <Pager
          place={place}
          nextCursor={flags.data.nextCursor}
          label="Pages of flagged passages"
          busy={flags.isPlaceholderData}
        />
      </Stack>
    </Paper>
  );
}
