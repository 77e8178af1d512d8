"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { onSessionOver } from "../../../_components/session-over.tsx";
import { useTRPC } from "../../../_trpc/provider.tsx";
import { type Outcome, outcomeOf, sendFiles, toBatches } from "./send-files.ts";

export type Uploads = Outcome & {
  running: boolean;
  /** Files and bytes of this run. */
  total: number;
  sent: number;
  totalBytes: number;
  sentBytes: number;
};

const nothing: Uploads = {
  running: false,
  total: 0,
  sent: 0,
  totalBytes: 0,
  sentBytes: 0,
  added: 0,
  duplicates: 0,
  failures: [],
};

/** One run at a time; files added meanwhile are queued behind. */
export function useUploads(datasetId: string) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [state, setState] = useState<Uploads>(nothing);
  const queue = useRef<File[][]>([]);
  const running = useRef(false);

  useEffect(() => {
    if (!state.running) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [state.running]);

  const run = async () => {
    running.current = true;
    for (let batch = queue.current.shift(); batch; batch = queue.current.shift()) {
      const files = batch;
      const size = sizeOf(files);
      let counted = 0;
      const advance = (bytes: number) => {
        const more = bytes - counted;
        counted = bytes;
        setState((now) => ({ ...now, sentBytes: now.sentBytes + more }));
      };
      const answer = await sendFiles(datasetId, files, (share) => advance(Math.round(size * share)));
      advance(size);
      if (!answer.ok && answer.code.startsWith("authentication")) onSessionOver({ leave: false });
      const { added, duplicates, failures } = outcomeOf(answer, files);
      setState((now) => ({
        ...now,
        sent: now.sent + files.length,
        added: now.added + added,
        duplicates: now.duplicates + duplicates,
        failures: [...now.failures, ...failures],
      }));
      void queries.invalidateQueries(trpc.datasets.get.queryFilter({ datasetId }));
      void queries.invalidateQueries(trpc.documents.list.pathFilter());
    }
    running.current = false;
    setState((now) => ({ ...now, running: false }));
  };

  const add = (files: readonly File[]) => {
    if (files.length === 0) return;
    queue.current.push(...toBatches(files));
    setState((now) => {
      const before = now.running ? now : nothing;
      return {
        ...before,
        running: true,
        total: before.total + files.length,
        totalBytes: before.totalBytes + sizeOf(files),
      };
    });
    if (!running.current) void run();
  };

  return { state, add, clear: () => setState(nothing) };
}

function sizeOf(files: readonly File[]): number {
  return files.reduce((bytes, { size }) => bytes + size, 0);
}
