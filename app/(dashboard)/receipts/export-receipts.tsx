"use client";

import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { pageSize } from "#server/operations.ts";
import { type CsvValue, download, toCsv } from "../../_components/csv.ts";
import { count } from "../../_components/format.ts";
import { problemOf } from "../../_trpc/problem.ts";
import { useTRPCClient } from "../../_trpc/provider.tsx";
import { type Filters, toInput } from "./filters.ts";
import { credentialWords } from "./receipt-words.ts";

type Client = ReturnType<typeof useTRPCClient>;
type Item = Awaited<ReturnType<Client["receipts"]["list"]["query"]>>["items"][number];

const header = [
  "id",
  "time",
  "by",
  "operation",
  "outcome",
  "query",
  "credits",
  "milliseconds",
  "passages",
  "documents",
];

function toRow(item: Item): CsvValue[] {
  const titles = new Set(item.hits?.map(({ documentId, documentTitle }) => documentTitle ?? documentId));
  return [
    item.id,
    item.createdAt,
    credentialWords(item),
    item.operation,
    item.outcome,
    item.query ?? "",
    item.creditsCharged,
    item.durationMs,
    item.hitCount,
    [...titles].join("; "),
  ];
}

/** Every receipt that the filters let through, newest first, read page by page. */
export function ExportReceipts({ filters }: { filters: Filters }) {
  const client = useTRPCClient();
  const [read, setRead] = useState(0);
  const run = useMutation({
    mutationFn: async (format: "csv" | "json") => {
      const items: Item[] = [];
      let cursor: string | null = null;
      do {
        const page: { items: Item[]; nextCursor: string | null } = await client.receipts.list.query({
          ...toInput(filters),
          limit: pageSize.max,
          withHits: true,
          ...(cursor ? { cursor } : {}),
        });
        items.push(...page.items);
        setRead(items.length);
        cursor = page.nextCursor;
      } while (cursor);
      const name = `fltr-receipts-${new Date().toISOString().slice(0, 10)}.${format}`;
      download(
        name,
        format === "csv" ? toCsv([header, ...items.map(toRow)]) : JSON.stringify(items, null, 2),
      );
    },
    onError: (error) => {
      const { detail, hint } = problemOf(error);
      notifications.show({ color: "red", title: detail, message: hint });
    },
    onSettled: () => setRead(0),
  });
  return (
    <Group gap="xs">
      {(["csv", "json"] as const).map((format) => (
        <Button
          key={format}
          size="compact-sm"
          variant="default"
          leftSection={<IconDownload size={14} aria-hidden="true" />}
          disabled={run.isPending}
          onClick={() => run.mutate(format)}
        >
          {run.isPending && run.variables === format
            ? `Reading … ${count(read, "receipt")}`
            : `Download as ${format.toUpperCase()}`}
        </Button>
      ))}
    </Group>
  );
}
