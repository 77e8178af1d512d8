"use client";

import type { modals } from "@mantine/modals";
import { lazy, Suspense, useSyncExternalStore } from "react";

const load = () => import("./dialog-list.tsx");
const DialogList = lazy(load);

let wanted = false;
const listeners = new Set<() => void>();
let listed: () => void = () => undefined;
const ready = new Promise<void>((resolve) => {
  listed = resolve;
});

/** Opens a dialog from wherever something happens. Their code is fetched for the first of them. */
export async function openDialog(open: (dialogs: typeof modals) => void): Promise<void> {
  wanted = true;
  for (const listener of listeners) listener();
  const { modals } = await import("@mantine/modals");
  await ready;
  open(modals);
}

/** Asks before something is done that cannot be undone. */
export function confirmDialog(asked: Parameters<typeof modals.openConfirmModal>[0]): void {
  void openDialog((dialogs) => dialogs.openConfirmModal(asked));
}

/** Where they are shown. */
export function Dialogs() {
  const shown = useSyncExternalStore(
    subscribe,
    () => wanted,
    () => false,
  );
  return shown ? (
    <Suspense>
      <DialogList onListed={listed} />
    </Suspense>
  ) : null;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
