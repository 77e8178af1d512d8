"use client";

import { useQuery } from "@tanstack/react-query";
import { isMissing } from "../../_trpc/problem.ts";
import { useTRPCClient } from "../../_trpc/provider.tsx";

export type ReadDocument = { id: string; title: string; datasetId: string };

/** A search reads one dataset: once one of its documents is found there, the others are too. */
const triedDocuments = 3;

/** Those of a receipt's documents that are one's own and still there, by id. */
export function useReadDocuments(documentIds: readonly string[]) {
  const client = useTRPCClient();
  const ids = [...new Set(documentIds)].sort();
  const find = async (datasetId: string, documentId: string): Promise<ReadDocument | null> => {
    try {
      const { id, title } = await client.documents.get.query({ datasetId, documentId });
      return { id, title, datasetId };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  };
  const datasetOf = async (): Promise<string | null> => {
    const { items } = await client.datasets.mine.query({});
    for (const documentId of ids.slice(0, triedDocuments)) {
      for (const { id } of items) if (await find(id, documentId)) return id;
    }
    return null;
  };
  return useQuery({
    queryKey: ["readDocuments", ids],
    enabled: ids.length > 0,
    queryFn: async (): Promise<Record<string, ReadDocument>> => {
      const datasetId = await datasetOf();
      if (datasetId === null) return {};
      const found = await Promise.all(ids.map((id) => find(datasetId, id)));
      return Object.fromEntries(found.flatMap((document) => (document ? [[document.id, document]] : [])));
    },
  });
}
