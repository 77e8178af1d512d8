"use client";

import { useSearchParams } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { readView, type View, writeView } from "./view.ts";

/** A browser takes only so many new addresses in a while. */
const writeAfterMilliseconds = 250;

/** The page's address as state, written a moment after each change. */
export function usePlayground() {
  const search = useSearchParams().toString();
  const [view, setView] = useState(() => readView(new URLSearchParams(search)));
  const written = useRef(search);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    // Somebody followed a link to this page while it was open.
    if (search === written.current) return;
    written.current = search;
    setView(readView(new URLSearchParams(search)));
  }, [search]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const change = (next: View) => {
    setView(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const to = writeView(next);
      written.current = new URLSearchParams(to).toString();
      window.history.replaceState(null, "", to ? `?${to}` : window.location.pathname);
    }, writeAfterMilliseconds);
  };
  return { view, change };
}
