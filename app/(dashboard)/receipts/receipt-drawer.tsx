"use client";

import { Drawer, Group, Paper, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { CopyIcon } from "../../_components/copy-icon.tsx";
import { count } from "../../_components/format.ts";
import { TextLink } from "../../_components/links.tsx";
import { operationWords } from "../../_components/operation-words.ts";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { TimeText } from "../../_components/time-text.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { type Receipt, receiptTitle } from "./receipt-words.ts";
import { useReadDocuments } from "./use-read-documents.ts";

export function ReceiptDrawer(props: { receipt: Receipt | null; by: string; onClose: () => void }) {
  const { receipt } = props;
  return (
    <Drawer
      opened={receipt !== null}
      onClose={props.onClose}
      position="right"
      size="lg"
      title={receipt ? receiptTitle(receipt) : ""}
    >
      {receipt && <ReceiptDetail receipt={receipt} by={props.by} />}
    </Drawer>
  );
}

function ReceiptDetail({ receipt, by }: { receipt: Receipt; by: string }) {
  const trpc = useTRPC();
  const { data, error, refetch } = useQuery(trpc.receipts.get.queryOptions({ receiptId: receipt.id }));
  const documents = useReadDocuments(data?.hits.map(({ documentId }) => documentId) ?? []);
  return (
    <Stack>
      <Stack component="dl" gap={6} m={0} fz="sm">
        <Fact term="Done">{operationWords(receipt.operation)}</Fact>
        <Fact term="By">{by}</Fact>
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
      <ProblemAlert error={error} onRetry={() => void refetch()} />
      {!data && !error && <Skeleton h={160} radius="lg" />}
      {data && (
        <Stack component="ol" gap="sm" p={0} m={0} style={{ listStyle: "none" }} aria-label="What was read">
          {data.hits.map((hit, index) => {
            const document = documents.data?.[hit.documentId];
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: the order of a receipt never changes
              <Paper key={index} component="li" withBorder px="lg" py="sm">
                <Group justify="space-between" wrap="nowrap" align="flex-start">
                  <Stack gap={2} miw={0} fz="sm" style={{ overflowWrap: "anywhere" }}>
                    {document ? (
                      <TextLink
                        href={`/datasets/${document.datasetId}?tab=documents&document=${document.id}`}
                        inherit
                      >
                        {document.title}
                      </TextLink>
                    ) : (
                      <Text size="sm">
                        {documents.isFetching ? "…" : "A document that is not yours or is gone"}
                      </Text>
                    )}
                    <Text size="xs" c="dimmed">
                      {hit.chunkId ? `Passage ${hit.chunkId}` : `Document ${hit.documentId}`}
                    </Text>
                  </Stack>
                  {typeof hit.score === "number" && (
                    <Text size="sm" c="dimmed" className="numeric" style={{ flexShrink: 0 }}>
                      score {hit.score.toFixed(2)}
                    </Text>
                  )}
                </Group>
              </Paper>
            );
          })}
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
