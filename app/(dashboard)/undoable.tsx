"use client";

import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useSyncExternalStore } from "react";

const undoMilliseconds = 6_000;

/** What is not shown any more; its act is done once nobody can take it back. */
let leaving: ReadonlySet<string> = new Set();
const waiting = new Map<string, () => Promise<unknown>>();
const listeners = new Set<() => void>();

/**
 * For what cannot be brought back: it goes from the page at once, and from the server only after some seconds,
 * or when the page is left. `act` tells by itself when it fails; then what it was about is shown again.
 */
export function undoable(thing: { id: string; message: string; act: () => Promise<unknown> }): void {
  const { id, message, act } = thing;
  if (leaving.has(id)) return;
  setLeaving(id, true);
  waiting.set(id, act);
  const toast = notifications.show({
    autoClose: undoMilliseconds,
    onClose: () => void commit(id),
    message: (
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Text size="sm" style={{ overflowWrap: "anywhere" }} lineClamp={3}>
          {message}
        </Text>
        <Button
          size="compact-sm"
          variant="default"
          style={{ flexShrink: 0 }}
          onClick={() => {
            waiting.delete(id);
            setLeaving(id, false);
            notifications.hide(toast);
          }}
        >
          Undo
        </Button>
      </Group>
    ),
  });
}

/** Ids of what the viewer has removed, for lists that the server still answers with them. */
export function useLeaving(): ReadonlySet<string> {
  return useSyncExternalStore(subscribe, () => leaving, always);
}

const nothing: ReadonlySet<string> = new Set();
const always = () => nothing;

async function commit(id: string): Promise<void> {
  const act = waiting.get(id);
  waiting.delete(id);
  await act?.().catch(() => undefined);
  setLeaving(id, false);
}

function setLeaving(id: string, leaves: boolean): void {
  const next = new Set(leaving);
  if (leaves) next.add(id);
  else next.delete(id);
  leaving = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("pagehide", commitAll);
  return () => {
    listeners.delete(listener);
  };
}

/** Before what comes next would have no right to it, such as signing out. */
export async function commitAll(): Promise<void> {
  await Promise.all([...waiting.keys()].map(commit));
}
