"use client";

import { useQuery } from "@tanstack/react-query";
import type { OptionName } from "#server/query-fields.ts";
import { useTRPC } from "../../_trpc/provider.tsx";
import type { ChosenOptions } from "../search/option-words.ts";

/** As many as a dataset can have. */
const limit = 100;

type Saved = {
  readonly name: string;
  readonly options: ChosenOptions;
  readonly fixed: readonly OptionName[];
};

export type Endpoints = {
  readonly items: readonly Saved[];
  savedOf(name: string): ChosenOptions;
  fixedOf(name: string): readonly OptionName[];
};

/** Those that are published; several datasets together have none but the default. */
export function useEndpoints(datasetIds: readonly string[]): Endpoints {
  const trpc = useTRPC();
  const [datasetId = ""] = datasetIds;
  const { data } = useQuery({
    ...trpc.endpoints.list.queryOptions({ datasetId, limit }),
    enabled: datasetIds.length === 1,
  });
  const items = datasetIds.length === 1 ? (data?.items ?? []).filter(({ version }) => version !== null) : [];
  const find = (name: string) => items.find((one) => one.name === name);
  return {
    items,
    savedOf: (name) => find(name)?.options ?? {},
    fixedOf: (name) => find(name)?.fixed ?? [],
  };
}
