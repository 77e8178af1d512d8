"use client";

import { useDocumentVisibility } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { createContext, type ReactNode, useContext, useEffect, useRef } from "react";
import { useTRPC } from "../_trpc/provider.tsx";

const againMilliseconds = 30_000;

const Live = createContext(false);

/** One stream for the page that is looked at; a browser has few connections to share among its tabs. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const visible = useDocumentVisibility() !== "hidden";
  const opened = useRef(false);
  const stale = {
    credits: [trpc.credits.pathFilter()],
    receipts: [
      trpc.receipts.pathFilter(),
      trpc.usage.pathFilter(),
      trpc.alerts.pathFilter(),
      trpc.limits.refusals.pathFilter(),
    ],
    connections: [trpc.connections.pathFilter(), trpc.alerts.pathFilter()],
    documents: [
      trpc.datasets.pathFilter(),
      trpc.documents.pathFilter(),
      trpc.sources.pathFilter(),
      trpc.alerts.pathFilter(),
    ],
  };
  const lookAgain = (topics: readonly (keyof typeof stale)[]) => {
    for (const filter of new Set(topics.flatMap((topic) => stale[topic])))
      void queries.invalidateQueries(filter);
  };
  const { status, reset } = useSubscription(
    trpc.live.changes.subscriptionOptions(undefined, {
      enabled: visible,
      onStarted: () => {
        // What happened while there was no stream.
        if (opened.current) {
          lookAgain(["credits", "receipts", "connections", "documents"]);
          void queries.invalidateQueries(trpc.limits.pathFilter());
        }
        opened.current = true;
      },
      onData: ({ topics, limit }) => {
        lookAgain(topics);
        if (limit === null) return;
        queries.setQueryData(
          trpc.limits.get.queryKey({}),
          (known) =>
            known && {
              ...known,
              items: known.items.map((item) => (item.name === "account" ? { ...item, ...limit } : item)),
            },
        );
      },
    }),
  );
  // A proxy that answered once in the server's place ended it for good.
  useEffect(() => {
    if (status !== "error") return;
    const later = setTimeout(reset, againMilliseconds);
    return () => clearTimeout(later);
  }, [status, reset]);
  return <Live value={status === "pending"}>{children}</Live>;
}

/** Whether what changes is told as it does: then nothing that the stream tells of needs to be polled. */
export function useStreamed(): boolean {
  return useContext(Live);
}
