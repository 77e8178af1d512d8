"use client";

import { useMounted } from "@mantine/hooks";
import { formatRelative } from "./format.ts";

/** A time in the viewer's zone once the browser has taken over; its exact value on hover. */
export function TimeText({ value }: { value: string }) {
  const mounted = useMounted();
  if (!mounted) return <time dateTime={value}>{value.slice(0, 10)}</time>;
  const time = new Date(value);
  const exact = time.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "long" });
  const date = time.toLocaleDateString("en-GB", { dateStyle: "medium" });
  return (
    <time dateTime={value} title={exact}>
      {formatRelative(time, new Date()) ?? date}
    </time>
  );
}
