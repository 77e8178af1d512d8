"use client";

import { Code, Group, Paper, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { CopyIcon } from "../../_components/copy-icon.tsx";
import { count } from "../../_components/format.ts";
import { type Hit, HitCard } from "./hit-card.tsx";

/** `note`: what else is told of each hit, below it. */
export function SearchResult<Shown extends Hit>(props: {
  result: {
    query: string;
    hits: readonly Shown[];
    receiptId: string | null;
    creditsCharged: number;
    truncated: boolean;
    milliseconds: number;
  };
  note?: (hit: Shown) => ReactNode;
}) {
  const { query, hits, receiptId, creditsCharged, truncated, milliseconds } = props.result;
  if (hits.length === 0) {
    return (
      <Paper withBorder p="lg">
        <Text fw={550}>Nothing matches “{query}”</Text>
        <Text size="sm" c="dimmed" mt={4}>
          Nothing was charged. Try fewer words, other words for the same thing, or drop the quotes.
        </Text>
      </Paper>
    );
  }
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="xs">
        <Text size="sm" className="numeric">
          {count(hits.length, "passage")} in {milliseconds} ms, {count(creditsCharged, "credit")} charged
          {truncated && ". There was more than the tokens at most allow"}
        </Text>
        {receiptId && (
          <Group gap={6} wrap="nowrap" miw={0}>
            <Text size="sm" c="dimmed">
              Receipt
            </Text>
            <Code style={{ overflowWrap: "anywhere" }}>{receiptId}</Code>
            <CopyIcon value={receiptId} label="Copy the receipt's id" />
          </Group>
        )}
      </Group>
      <Stack component="ol" gap="sm" p={0} m={0} style={{ listStyle: "none" }}>
        {hits.map((hit, index) => (
          <li key={hit.chunkId}>
            <HitCard hit={hit} rank={index + 1}>
              {props.note?.(hit)}
            </HitCard>
          </li>
        ))}
      </Stack>
    </Stack>
  );
}
