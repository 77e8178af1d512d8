"use client";

import { useMounted } from "@mantine/hooks";

/** The viewer's zone; UTC until the browser has taken over, as the server rendered it. */
export function useTimeZone(): string {
  const mounted = useMounted();
  return mounted ? Intl.DateTimeFormat().resolvedOptions().timeZone : "UTC";
}
