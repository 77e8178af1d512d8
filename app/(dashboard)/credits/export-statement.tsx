"use client";

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { pageSize } from "#server/operations.ts";
import { type CsvValue, download, toCsv } from "../../_components/csv.ts";
import { count } from "../../_components/format.ts";
import { problemOf } from "../../_trpc/problem.ts";
import { useTRPCClient } from "../../_trpc/provider.tsx";
import { type EntryFilters, toEntryInput } from "./entry-filters.ts";

const header = ["number", "time", "kind", "credits", "balance_after", "reason"];

/** The statement, as far as the filters let it through, as CSV, oldest entry last, read page by page. */
export function ExportStatement({ filters }: { filters: EntryFilters }) {
  const client = useTRPCClient();
  const [read, setRead] = useState(0);
  const run = useMutation({
    mutationFn: async () => {
      const rows: CsvValue[][] = [header];
      let cursor: string | null = null;
      do {
        const page = await client.credits.entries.query({
          limit: pageSize.max,
          ...toEntryInput(filters),
          ...(cursor ? { cursor } : {}),
        });
        for (const { seq, createdAt, kind, delta, balanceAfter, reason } of page.items) {
          rows.push([seq, createdAt, kind, delta, balanceAfter, reason]);
        }
        setRead(rows.length - 1);
        cursor = page.nextCursor;
      } while (cursor);
      download(`fltr-statement-${new Date().toISOString().slice(0, 10)}.csv`, toCsv(rows));
    },
    onError: (error) => {
      const { detail, hint } = problemOf(error);
      notifications.show({ color: "red", title: detail, message: hint });
    },
    onSettled: () => setRead(0),
  });
  return (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={<IconDownload size={14} aria-hidden="true" />}
      disabled={run.isPending}
      onClick={() => run.mutate()}
    >
      {run.isPending ? `Reading … ${count(read, "entry", "entries")}` : "Download as CSV"}
    </Button>
  );
}
