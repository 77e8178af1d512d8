"use client";

import {
  ActionIcon,
  Anchor,
  Button,
  Group,
  List,
  ListItem,
  Paper,
  Select,
  Stack,
  Text,
  Tooltip,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconRefresh, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { TimeText } from "../../../_components/time-text.tsx";
import { problemOf } from "../../../_trpc/problem.ts";
import { useTRPC } from "../../../_trpc/provider.tsx";
import { DeleteSource } from "./delete-source.tsx";
import { choiceOf, hoursOf, schedules } from "./schedule.ts";
import { countsWords, kindWords, type Source } from "./source-words.ts";
import { StateBadge } from "./state-badge.tsx";

export function SourceCard({ source }: { source: Source }) {
  const { id: sourceId, datasetId, url, state, reason, counts } = source;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [deleting, ask] = useDisclosure();
  const [problems, showProblems] = useDisclosure();
  const outcome = {
    onSuccess: () => queries.invalidateQueries(trpc.sources.pathFilter()),
    onError: (error: unknown) => {
      const { detail, hint } = problemOf(error);
      notifications.show({ color: "red", title: detail, message: hint });
    },
  };
  const refresh = useMutation(trpc.sources.refresh.mutationOptions(outcome));
  const update = useMutation(trpc.sources.update.mutationOptions(outcome));
  const busy = state === "queued" || state === "reading";
  return (
    <Paper withBorder p="md" component="article" aria-label={url}>
      <Stack gap={6}>
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Anchor
            href={url}
            target="_blank"
            rel="noreferrer noopener"
            size="sm"
            fw={500}
            style={{ overflowWrap: "anywhere", minWidth: 0 }}
          >
            {url}
          </Anchor>
          <StateBadge state={state === "reading" ? "processing" : state} />
        </Group>
        <Text size="sm" c="dimmed">
          {kindWords[source.kind]}
          {counts.pages > 0 && `, ${countsWords(source.kind, counts, busy)}`}
        </Text>
        {reason && (
          <Text
            size="xs"
            c={state === "failed" ? "var(--mantine-color-error)" : "dimmed"}
            style={{ overflowWrap: "anywhere" }}
          >
            {reason}
          </Text>
        )}
        <Group justify="space-between" gap="xs">
          <Text size="xs" c="dimmed">
            {source.readAt && (
              <>
                Read <TimeText value={source.readAt} />
              </>
            )}
            {source.nextReadAt && (
              <>
                , next <TimeText value={source.nextReadAt} />
              </>
            )}
          </Text>
          <Group gap={4} wrap="nowrap">
            <Select
              size="xs"
              w={150}
              aria-label={`How often ${url} is read`}
              data={schedules(source.everyHours)}
              value={choiceOf(source.everyHours)}
              allowDeselect={false}
              disabled={update.isPending}
              onChange={(value) => update.mutate({ datasetId, sourceId, everyHours: hoursOf(value) })}
            />
            <Tooltip label="Read it again now">
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Read ${url} again now`}
                disabled={busy}
                loading={refresh.isPending}
                onClick={() => refresh.mutate({ datasetId, sourceId })}
              >
                <IconRefresh size={16} />
              </ActionIcon>
            </Tooltip>
            <ActionIcon variant="subtle" color="gray" aria-label={`Delete ${url}`} onClick={ask.open}>
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        </Group>
        {counts.failed + counts.gone > 0 && (
          <Group>
            <Button size="compact-xs" variant="subtle" onClick={showProblems.toggle} aria-expanded={problems}>
              {problems ? "Hide problems" : "Show problems"}
            </Button>
          </Group>
        )}
        {problems && <Problems datasetId={datasetId} sourceId={sourceId} />}
      </Stack>
      <DeleteSource source={source} opened={deleting} onClose={ask.close} />
    </Paper>
  );
}

function Problems(props: { datasetId: string; sourceId: string }) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.sources.get.queryOptions(props));
  return (
    <List size="xs" spacing={4} mah={220} style={{ overflowY: "auto" }} tabIndex={0} aria-label="Problems">
      {data?.problems.map(({ address, reason }) => (
        <ListItem key={address} style={{ overflowWrap: "anywhere" }}>
          {address}{" "}
          <Text span size="xs" c="dimmed">
            {reason}
          </Text>
        </ListItem>
      ))}
    </List>
  );
}
