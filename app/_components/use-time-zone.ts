"use client";

import { useSyncExternalStore } from "react";

const subscribe = () => () => undefined;
const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The viewer's zone; UTC until the browser has taken over, as the server rendered it. */
export function useTimeZone(): string {
  return useSyncExternalStore(subscribe, ownZone, () => "UTC");
}
