"use client";

import { Drawer, Group, Paper, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { CopyIcon } from "../../_components/copy-icon.tsx";
import { count } from "../../_components/format.ts";
import { operationWords } from "../../_components/operation-words.ts";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { TimeText } from "../../_components/time-text.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { HitTitle, Passage, type ReadHit } from "./passage.tsx";
import { credentialWords, type Receipt, receiptTitle } from "./receipt-words.ts";

export function ReceiptDrawer({ receiptId, onClose }: { receiptId: string | null; onClose: () => void }) {
  const trpc = useTRPC();
  const { data, error, refetch } = useQuery({
    ...trpc.receipts.get.queryOptions({ receiptId: receiptId ?? "" }),
    enabled: receiptId !== null,
  });
  return (
    <Drawer
      opened={receiptId !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={data ? receiptTitle(data) : "Receipt"}
      closeButtonProps={{ "aria-label": "Close the receipt" }}
    >
      <ProblemAlert error={error} onRetry={() => void refetch()} />
      {!data && !error && <Skeleton h={160} radius="lg" />}
      {data && <ReceiptDetail receipt={data} hits={data.hits} />}
    </Drawer>
  );
}

function ReceiptDetail({ receipt, hits }: { receipt: Receipt; hits: readonly ReadHit[] }) {
  return (
    <Stack>
      <Stack component="dl" gap={6} m={0} fz="sm">
        <Fact term="Done">{operationWords(receipt.operation)}</Fact>
        <Fact term="By">{credentialWords(receipt)}</Fact>
        <Fact term="When">
          <TimeText value={receipt.createdAt} />, in {count(receipt.durationMs, "millisecond")}
        </Fact>
        <Fact term="Charged">{count(receipt.creditsCharged, "credit")}</Fact>
        <Fact term="Receipt">
          <Group component="span" display="inline-flex" gap={6} wrap="nowrap">
            <span style={{ overflowWrap: "anywhere" }}>{receipt.id}</span>
            <CopyIcon value={receipt.id} label="Copy the receipt's id" />
          </Group>
        </Fact>
      </Stack>
      {receipt.outcome === "empty" && <Text size="sm">Nothing was found, so nothing was charged.</Text>}
      {hits.length > 0 && (
        <Stack component="ol" gap="sm" p={0} m={0} style={{ listStyle: "none" }} aria-label="What was read">
          {hits.map((hit, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the order of a receipt never changes
            <Paper key={index} component="li" withBorder px="lg" py="sm">
              <Group justify="space-between" wrap="nowrap" align="flex-start">
                <Stack gap={2} miw={0} fz="sm" style={{ overflowWrap: "anywhere" }}>
                  <HitTitle hit={hit} />
                  {hit.version !== null && (
                    <Text size="xs" c="dimmed">
                      Version {hit.version}
                      {hit.rank !== null && `, place ${hit.rank}`}
                    </Text>
                  )}
                </Stack>
                {hit.score !== null && (
                  <Text size="sm" c="dimmed" className="numeric" style={{ flexShrink: 0 }}>
                    score {hit.score.toFixed(2)}
                  </Text>
                )}
              </Group>
              <Passage hit={hit} />
            </Paper>
          ))}
        </Stack>
      )}
    </Stack>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <Group gap="sm" wrap="nowrap" align="flex-start">
      <Text component="dt" size="sm" c="dimmed" w={70} style={{ flexShrink: 0 }}>
        {term}
      </Text>
      <Text component="dd" size="sm" m={0} style={{ overflowWrap: "anywhere" }}>
        {children}
      </Text>
    </Group>
  );
}
