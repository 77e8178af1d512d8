"use client";

import { Button, Group } from "@mantine/core";
import { useState } from "react";

/** Walks a list page by page; the cursors of the pages before are kept for the way back. */
export function usePlace() {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  return {
    cursor: cursors.at(-1),
    page: cursors.length + 1,
    forward: (cursor: string) => setCursors([...cursors, cursor]),
    back: () => setCursors(cursors.slice(0, -1)),
    restart: () => setCursors([]),
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
  if (place.page === 1 && !nextCursor) return null;
  return (
    <Group component="nav" aria-label={props.label} justify="flex-end" gap="xs" mt="md">
      <Button size="xs" variant="default" disabled={place.page === 1} onClick={place.back}>
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
