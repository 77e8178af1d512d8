"use client";

import { Group, Paper, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { count } from "../../_components/format.ts";
import { TextLink } from "../../_components/links.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { TimeText } from "../../_components/time-text.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { useStreamed } from "../live.tsx";
import { credentialWords, receiptTitle } from "../receipts/receipt-words.ts";

const pollMilliseconds = 15_000;

export function LastReceipts() {
  const trpc = useTRPC();
  const streamed = useStreamed();
  const receipts = useQuery({
    ...trpc.receipts.list.queryOptions({ limit: 5 }),
    refetchInterval: ({ state }) => (streamed || state.error ? false : pollMilliseconds),
  });
  if (receipts.error) return <ProblemAlert error={receipts.error} onRetry={() => void receipts.refetch()} />;
  if (!receipts.data) return <Skeleton h={240} radius="lg" aria-label="Loading your receipts" />;
  const { items } = receipts.data;
  if (items.length === 0) return <Text c="dimmed">Each search leaves a receipt. There is none yet.</Text>;
  return (
    <Paper component="ul" withBorder p={0} m={0} style={{ listStyle: "none" }}>
      {items.map((receipt, index) => (
        <Group
          component="li"
          key={receipt.id}
          px="lg"
          py="sm"
          justify="space-between"
          wrap="nowrap"
          style={index > 0 ? { borderTop: "1px solid var(--fltr-line)" } : {}}
        >
          <div style={{ minWidth: 0 }}>
            <TextLink href={`/receipts?receipt=${receipt.id}`} size="sm" fw={500} lineClamp={1}>
              {receiptTitle(receipt)}
            </TextLink>
            <Text size="sm" c="dimmed" truncate>
              {credentialWords(receipt)}, <TimeText value={receipt.createdAt} />
            </Text>
          </div>
          <Text size="sm" c="dimmed" className="numeric" style={{ whiteSpace: "nowrap" }}>
            {receipt.outcome === "empty" ? "nothing found" : count(receipt.creditsCharged, "credit")}
          </Text>
        </Group>
      ))}
    </Paper>
  );
}
