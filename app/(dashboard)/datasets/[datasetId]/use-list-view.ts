"use client";

import { useSearchParams } from "next/navigation";
import { type ListView, readList, writeList } from "./list-view.ts";

export function useListView() {
  const view = readList(new URLSearchParams(useSearchParams()));
  const setView = (next: ListView) => window.history.replaceState(null, "", `?${writeList(next)}`);
  return { view, setView };
}
