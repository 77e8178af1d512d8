"use client";

import { Button, Drawer, Mark, Skeleton, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { formatNumber } from "../../../_components/format.ts";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { useTRPC } from "../../../_trpc/provider.tsx";
import type { PassagePlace } from "./passage-place.ts";

/** Characters shown around a passage at first, and more at a time; the most that are read at once. */
const step = 10_000;
const most = 100_000;

/** Where a citation leads: the document at the passage, for everybody who may read the dataset. */
export function PassageDrawer({ datasetId, place }: { datasetId: string; place: PassagePlace }) {
  const [opened, setOpened] = useState(true);
  const close = () => {
    setOpened(false);
    window.history.replaceState(null, "", window.location.pathname);
  };
  return (
    <Drawer opened={opened} onClose={close} position="right" size="lg" title="Cited passage">
      <CitedPassage datasetId={datasetId} place={place} />
    </Drawer>
  );
}

function CitedPassage({ datasetId, place }: { datasetId: string; place: PassagePlace }) {
  const { documentId, version } = place;
  const trpc = useTRPC();
  const [range, setRange] = useState({ start: Math.max(0, place.start - step), end: place.end + step });
  const length = Math.min(most, range.end - range.start);
  const { data, error, isPending } = useQuery({
    ...trpc.documents.read.queryOptions({ datasetId, documentId, version, ...range, length }),
    placeholderData: keepPreviousData,
  });
  const cited = useRef<HTMLElement>(null);
  const shown = data !== undefined;
  useEffect(() => {
    if (shown) cited.current?.scrollIntoView({ block: "center" });
  }, [shown]);
  if (error) return <ProblemAlert error={error} />;
  if (isPending || !data) return <Skeleton h={300} />;
  const at = (offset: number) => Math.min(Math.max(offset - data.start, 0), data.text.length);
  const full = data.end - data.start >= most - step;
  return (
    <Stack>
      <div>
        <Text fw={600} style={{ overflowWrap: "anywhere" }}>
          {data.documentTitle}
        </Text>
        <Text size="sm" c="dimmed" className="numeric">
          Characters {formatNumber(place.start)} to {formatNumber(place.end)} of{" "}
          {formatNumber(data.end + data.after)}
        </Text>
      </div>
      {data.before > 0 && !full && (
        <Button
          variant="default"
          size="xs"
          onClick={() => setRange({ ...range, start: Math.max(0, range.start - step) })}
        >
          Show what stands before
        </Button>
      )}
      <Text size="sm" lh={1.65} style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
        {data.text.slice(0, at(place.start))}
        <Mark ref={cited} c="var(--mantine-color-text)" bg="light-dark(#fdf0b8, #5a4a10)">
          {data.text.slice(at(place.start), at(place.end))}
        </Mark>
        {data.text.slice(at(place.end))}
      </Text>
      {data.after > 0 && !full && (
        <Button variant="default" size="xs" onClick={() => setRange({ ...range, end: range.end + step })}>
          Show what follows
        </Button>
      )}
    </Stack>
  );
}
