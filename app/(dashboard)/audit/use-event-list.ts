"use client";

import { useSearchParams } from "next/navigation";
import { usePlaceInAddress } from "../../_components/pager.tsx";

/** The kind of event that is looked for, and the page, as the address has them. */
export function useEventList() {
  const place = usePlaceInAddress();
  const event = useSearchParams().get("event");
  return {
    place,
    event,
    setEvent: (chosen: string | null) =>
      window.history.replaceState(null, "", chosen ? `?event=${chosen}` : window.location.pathname),
    input: {
      ...(event ? { event } : {}),
      ...(place.cursor ? { cursor: place.cursor } : {}),
    },
  };
}
