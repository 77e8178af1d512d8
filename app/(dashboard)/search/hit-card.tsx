"use client";

import { Badge, Button, Group, Mark, Paper, Text, Tooltip } from "@mantine/core";
import { type ReactNode, useState } from "react";

export type Hit = {
  chunkId: string;
  documentTitle: string;
  headingPath: readonly string[];
  score: number;
  page: number | null;
  flagged: boolean;
  text: string;
  highlights?: readonly { start: number; end: number }[] | undefined;
};

const shortLines = 6;
/** About what fits into six lines at full width. */
const shortCharacters = 560;

export function HitCard({ hit, rank, children }: { hit: Hit; rank: number; children?: ReactNode }) {
  const place = [...(hit.page === null ? [] : [`Page ${hit.page}`]), ...hit.headingPath];
  const [whole, setWhole] = useState(false);
  const long = hit.text.length > shortCharacters || hit.text.split("\n").length > shortLines;
  return (
    <Paper component="article" withBorder p="lg" aria-label={`Passage ${rank}, from ${hit.documentTitle}`}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Text fw={600} style={{ overflowWrap: "anywhere" }}>
            {hit.documentTitle}
          </Text>
          {place.length > 0 && (
            <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
              {place.join(" › ")}
            </Text>
          )}
          {hit.flagged && (
            <Badge color="orange" variant="light" size="sm" mt={4} tt="none">
              Looks like orders to a model
            </Badge>
          )}
        </div>
        <Tooltip label="How much of what you asked for the passage holds, from 0 to 1">
          <Text size="sm" c="dimmed" className="numeric" style={{ flexShrink: 0 }} tabIndex={0}>
            score {hit.score.toFixed(2)}
          </Text>
        </Tooltip>
      </Group>
      <Text
        component="p"
        size="sm"
        mt="sm"
        mb={0}
        lh={1.65}
        {...(long && !whole ? { lineClamp: shortLines } : {})}
        style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}
      >
        {marked(hit)}
      </Text>
      {long && (
        <Button
          variant="subtle"
          size="compact-sm"
          mt="xs"
          ml={-8}
          aria-expanded={whole}
          onClick={() => setWhole(!whole)}
        >
          {whole ? "Show less" : "Show the whole passage"}
        </Button>
      )}
      {children}
    </Paper>
  );
}

/** The text in pieces, every second of them a word that was asked for. */
function marked({ text, highlights = [] }: Hit): ReactNode[] {
  const edges = highlights.flatMap(({ start, end }) => [start, end]);
  return [0, ...edges].map((from, index) => {
    const piece = text.slice(from, edges[index]);
    if (index % 2 === 0) return piece;
    return (
      <Mark key={from} color="light-dark(#fdf0b8, #5a4a10)" c="inherit">
        {piece}
      </Mark>
    );
  });
}
