"use client";

import { Group, SegmentedControl, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback, useDidUpdate, useDisclosure } from "@mantine/hooks";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { onceOpened } from "../../../_components/once-opened.tsx";
import { Pager, usePlaceInAddress } from "../../../_components/pager.tsx";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { useTRPC } from "../../../_trpc/provider.tsx";
import { DocumentDrawer, type ShownDocument } from "./document-drawer.tsx";
import { DocumentTable } from "./document-table.tsx";
import { DropArea } from "./drop-area.tsx";
import { FlaggedPassages } from "./flagged-passages.tsx";
import { IndexingNote } from "./indexing-note.tsx";
import { IngestionProgress, type States } from "./ingestion-progress.tsx";
import { type ListView, states as stateFilters, toListInput } from "./list-view.ts";
import { SourceList } from "./source-list.tsx";
import { UploadStatus } from "./upload-status.tsx";
import { useListView } from "./use-list-view.ts";
import type { useUploads } from "./use-uploads.ts";

const AddAddress = onceOpened(async () => (await import("./add-address.tsx")).AddAddress);
const PasteText = onceOpened(async () => (await import("./paste-text.tsx")).PasteText);

export function DocumentsPanel(props: {
  datasetId: string;
  states: States;
  indexing: boolean;
  uploads: ReturnType<typeof useUploads>;
  /** Opened at first, by its id. */
  firstDocument: string | null;
}) {
  const { datasetId, states, firstDocument } = props;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const place = usePlaceInAddress();
  const { view, setView } = useListView();
  const [words, setWords] = useState(view.search);
  const [pasting, paste] = useDisclosure();
  const [addressing, address] = useDisclosure();
  const [shown, setShown] = useState<ShownDocument | null>(
    firstDocument === null ? null : { id: firstDocument },
  );
  const { uploads } = props;
  const documents = useQuery({
    ...trpc.documents.list.queryOptions({
      datasetId,
      ...toListInput(view),
      ...(place.cursor ? { cursor: place.cursor } : {}),
    }),
    placeholderData: keepPreviousData,
  });
  // The counts are asked for while documents are being read; the list only when they have moved.
  useDidUpdate(() => {
    void queries.invalidateQueries(trpc.documents.list.pathFilter());
    void queries.invalidateQueries(trpc.flags.pathFilter());
  }, [JSON.stringify(states)]);
  const find = useDebouncedCallback((search: string) => setView({ ...view, search: search.trim() }), 250);
  const total = states.queued + states.processing + states.ready + states.failed;
  return (
    <Stack gap="lg">
      <DropArea onFiles={uploads.add} onPaste={paste.open} onAddress={address.open} />
      <UploadStatus uploads={uploads.state} onRetry={uploads.add} onClose={uploads.clear} />
      <SourceList datasetId={datasetId} />
      <IngestionProgress states={states} />
      <IndexingNote indexing={props.indexing} />
      <FlaggedPassages datasetId={datasetId} onShow={setShown} />
      <ProblemAlert error={documents.error} onRetry={() => void documents.refetch()} />
      {documents.isPending && <Skeleton h={200} radius="lg" />}
      {total > 0 && (
        <Group gap="sm">
          <SegmentedControl
            size="xs"
            aria-label="Documents to show"
            data={[...stateFilters]}
            value={view.state}
            onChange={(state) => setView({ ...view, state: state as ListView["state"] })}
          />
          <TextInput
            size="xs"
            type="search"
            aria-label="Words of the title"
            placeholder="Words of the title"
            maxLength={200}
            flex="0 1 240px"
            value={words}
            onChange={({ currentTarget }) => {
              setWords(currentTarget.value);
              find(currentTarget.value);
            }}
          />
        </Group>
      )}
      {documents.data && documents.data.items.length > 0 && (
        <DocumentTable
          datasetId={datasetId}
          items={documents.data.items}
          view={view}
          onSort={setView}
          onShow={setShown}
        />
      )}
      {documents.data?.items.length === 0 && (view.state !== "all" || view.search !== "") && (
        <Text c="dimmed" size="sm">
          No document is like that.
        </Text>
      )}
      <Pager
        place={place}
        nextCursor={documents.data?.nextCursor}
        label="Pages of documents"
        words={["Previous", "Next"]}
        busy={documents.isPlaceholderData}
      />
      <AddAddress datasetId={datasetId} opened={addressing} onClose={address.close} />
      <PasteText datasetId={datasetId} opened={pasting} onClose={paste.close} />
      <DocumentDrawer datasetId={datasetId} document={shown} onClose={() => setShown(null)} />
    </Stack>
  );
}
