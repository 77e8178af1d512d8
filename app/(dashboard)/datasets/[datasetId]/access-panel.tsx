"use client";

import { Group, List, ListItem, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { addDays } from "../../../_components/days.ts";
import { count, formatNumber } from "../../../_components/format.ts";
import { ButtonLink, TextLink } from "../../../_components/links.tsx";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { TimeText } from "../../../_components/time-text.tsx";
import { useTimeZone } from "../../../_components/use-time-zone.ts";
import { useTRPC } from "../../../_trpc/provider.tsx";
import { todayIn } from "../../usage/range.ts";
import { totalsOf } from "../../usage/series.ts";

const days = 30;

/** Who may read the dataset, and how much of that is done. */
export function AccessPanel(props: { datasetId: string; visibility: "private" | "public" }) {
  const { datasetId } = props;
  const trpc = useTRPC();
  const timeZone = useTimeZone();
  const today = todayIn(timeZone);
  const keys = useQuery(trpc.keys.list.queryOptions({}));
  const apps = useQuery(trpc.connections.list.queryOptions({}));
  const usage = useQuery(
    trpc.usage.get.queryOptions({ from: addDays(today, 1 - days), to: today, groupBy: "dataset", timeZone }),
  );
  const error = keys.error ?? apps.error ?? usage.error;
  const readers = [
    ...(apps.data?.items ?? []).map((app) => ({ ...app, name: app.client.name, href: "/connections" })),
    ...(keys.data?.items ?? []).map((key) => ({ ...key, href: "/keys" })),
  ].filter(({ datasets }) => datasets === "all" || datasets.some(({ id }) => id === datasetId));
  const total = totalsOf(usage.data?.items ?? [], "dataset").find(({ group }) => group === datasetId);
  return (
    <Stack gap="lg">
      <ProblemAlert error={error} />
      <Paper withBorder p="lg">
        <Title order={2} fz="md">
          Who may read it
        </Title>
        <Text size="sm" c="dimmed" mt={4}>
          {props.visibility === "public"
            ? "It is public: everyone who can reach this server may read it. Of your own apps and keys:"
            : "It is private: nobody but you, and those of your apps and keys that you let."}
        </Text>
        {(keys.isPending || apps.isPending) && <Skeleton h={60} mt="sm" />}
        {keys.data && apps.data && readers.length === 0 && (
          <Text size="sm" mt="sm">
            No app and no key of yours may read it.
          </Text>
        )}
        <List size="sm" mt="sm" spacing={6} listStyleType="none" aria-label="Apps and keys that may read it">
          {readers.map(({ id, name, href, datasets, lastUsedAt }) => (
            <ListItem key={id} style={{ overflowWrap: "anywhere" }}>
              <TextLink href={href} size="sm">
                {name}
              </TextLink>{" "}
              <Text span size="sm" c="dimmed">
                {datasets === "all" ? "may read all that you may" : "was given it"},{" "}
                {lastUsedAt ? (
                  <>
                    last used <TimeText value={lastUsedAt} />
                  </>
                ) : (
                  "never used"
                )}
              </Text>
            </ListItem>
          ))}
        </List>
      </Paper>
      <Paper withBorder p="lg">
        <Title order={2} fz="md">
          What you and yours read in the last {days} days
        </Title>
        {usage.isPending ? (
          <Skeleton h={24} mt="sm" />
        ) : (
          <Text size="sm" mt={4} className="numeric">
            {total
              ? `${count(total.calls, "call")}, ${formatNumber(total.emptyCalls)} of them without an answer, ${count(total.creditsCharged, "credit")}`
              : "Nothing"}
          </Text>
        )}
        <Group gap="xs" mt="sm">
          <ButtonLink size="xs" variant="default" href={`/receipts?dataset=${encodeURIComponent(datasetId)}`}>
            See its receipts
          </ButtonLink>
          <ButtonLink size="xs" variant="default" href="/usage?by=dataset">
            See usage by dataset
          </ButtonLink>
        </Group>
      </Paper>
    </Stack>
  );
}
