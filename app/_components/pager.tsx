"use client";

import { Button, Group } from "@mantine/core";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { placeName } from "./search-params.ts";

/** Walks a list page by page; the cursors of the pages before are kept for the way back. */
export function usePlace() {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  return {
    cursor: cursors.at(-1),
    first: cursors.length === 0,
    forward: (cursor: string) => setCursors([...cursors, cursor]),
    back: () => setCursors(cursors.slice(0, -1)),
    restart: () => setCursors([]),
  };
}

/** The same with the page in the address. Who came by a link to a later page goes back to the first one. */
export function usePlaceInAddress(): ReturnType<typeof usePlace> {
  const search = new URLSearchParams(useSearchParams());
  const [passed, setPassed] = useState<readonly string[]>([]);
  const cursor = search.get(placeName) ?? undefined;
  const before = cursor === undefined ? [] : passed.slice(0, passed.indexOf(cursor) + 1);
  const go = (to: string | undefined, method: "pushState" | "replaceState") => {
    if (to) search.set(placeName, to);
    else search.delete(placeName);
    window.history[method](null, "", `?${search}`);
  };
  return {
    cursor,
    first: cursor === undefined,
    forward: (next) => {
      setPassed([...before, next]);
      go(next, "pushState");
    },
    back: () => go(before.at(-2), "pushState"),
    restart: () => go(undefined, "replaceState"),
  };
}

export function Pager(props: {
  place: ReturnType<typeof usePlace>;
  nextCursor: string | null | undefined;
  label: string;
  busy?: boolean;
  /** Where the list is not one of times. */
  words?: readonly [back: string, forward: string];
}) {
  const { place, nextCursor, words: [back, forward] = ["Newer", "Older"] } = props;
  if (place.first && !nextCursor) return null;
  return (
    <Group component="nav" aria-label={props.label} justify="flex-end" gap="xs" mt="md">
      <Button size="xs" variant="default" disabled={place.first} onClick={place.back}>
        {back}
      </Button>
      <Button
        size="xs"
        variant="default"
        disabled={!nextCursor || props.busy === true}
        onClick={() => nextCursor && place.forward(nextCursor)}
      >
        {forward}
      </Button>
    </Group>
  );
}
