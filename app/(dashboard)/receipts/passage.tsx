"use client";

import { Mark, Text } from "@mantine/core";
import { TextLink } from "../../_components/links.tsx";

export type ReadHit = {
  datasetId: string | null;
  documentId: string;
  documentTitle: string | null;
  version: number | null;
  rank: number | null;
  score: number | null;
  passage: { before: string; text: string; after: string } | null;
  missing: "wholeDocument" | "notRecorded" | "documentGone" | "versionGone" | "notReadable" | null;
};

const reasons = {
  wholeDocument: "The whole document was read.",
  notRecorded: "This receipt is from before passages were recorded.",
  documentGone: "The document was deleted, and its text with it.",
  versionGone: "The text that was read is gone.",
  notReadable: "You can no longer read this dataset.",
} as const;

/** What was read, marked in its surroundings. */
export function Passage({ hit }: { hit: ReadHit }) {
  const { passage, missing } = hit;
  if (!passage) {
    return (
      <Text size="sm" c="dimmed" mt="xs">
        {missing && reasons[missing]}
      </Text>
    );
  }
  return (
    <Text
      component="blockquote"
      size="sm"
      c="dimmed"
      lh={1.65}
      mt="sm"
      mx={0}
      mb={0}
      style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}
    >
      {passage.before}
      <Mark c="var(--mantine-color-text)" bg="light-dark(#fdf0b8, #5a4a10)">
        {passage.text}
      </Mark>
      {passage.after}
    </Text>
  );
}

export function HitTitle({ hit }: { hit: ReadHit }) {
  const { datasetId, documentId, documentTitle, missing } = hit;
  const title = documentTitle ?? documentId;
  const there = datasetId !== null && missing !== "documentGone" && missing !== "notReadable";
  if (!there) return <Text size="sm">{title}</Text>;
  return (
    <TextLink href={`/datasets/${datasetId}?tab=documents&document=${documentId}`} inherit>
      {title}
    </TextLink>
  );
}
