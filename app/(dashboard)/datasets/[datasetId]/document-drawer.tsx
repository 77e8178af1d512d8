"use client";

import { Anchor, Drawer, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { formatNumber } from "../../../_components/format.ts";
import { TextLink } from "../../../_components/links.tsx";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { useTRPC } from "../../../_trpc/provider.tsx";

/** Its title is known at once where it was listed. */
export type ShownDocument = { id: string; title?: string };

/** A browser slows down over megabytes in one element. */
const shownCharacters = 200_000;

export function DocumentDrawer(props: {
  datasetId: string;
  document: ShownDocument | null;
  onClose: () => void;
}) {
  const { datasetId, document } = props;
  const trpc = useTRPC();
  const { data, error, isFetching } = useQuery({
    ...trpc.documents.get.queryOptions({ datasetId, documentId: document?.id ?? "" }),
    enabled: document !== null,
  });
  const text = data?.text ?? "";
  return (
    <Drawer
      opened={document !== null}
      onClose={props.onClose}
      position="right"
      size="lg"
      title={document?.title ?? data?.title ?? "Document"}
    >
      <Stack>
        <ProblemAlert error={error} />
        {!data && isFetching && <Skeleton h={300} />}
        {data?.state === "failed" && (
          <Text>
            {data.text === null
              ? `This document could not be read. ${data.reason}`
              : `It was sent again and could not be read. ${data.reason} Below is its earlier text, which is still searched.`}
          </Text>
        )}
        {data?.sourceUrl && (
          <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            Read from{" "}
            <Anchor href={data.sourceUrl} target="_blank" rel="noreferrer noopener" size="sm">
              {data.sourceUrl}
            </Anchor>
            {data.goneAt && ", where it is no longer"}
          </Text>
        )}
        {document && (
          <Text size="sm">
            <TextLink href={`/receipts?document=${encodeURIComponent(document.id)}`} size="sm">
              Who read it, when, and what that and its reading cost
            </TextLink>
          </Text>
        )}
        {data && data.state !== "failed" && data.text === null && (
          <Text c="dimmed">This document is still being read.</Text>
        )}
        {text && (
          <Text size="sm" lh={1.65} style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
            {text.slice(0, shownCharacters)}
          </Text>
        )}
        {text.length > shownCharacters && (
          <Text size="sm" c="dimmed">
            The first {formatNumber(shownCharacters)} of {formatNumber(text.length)} characters.
          </Text>
        )}
      </Stack>
    </Drawer>
  );
}
