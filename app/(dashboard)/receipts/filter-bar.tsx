"use client";

import { Box, Button, Paper, Select, SimpleGrid } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useDatasetChoices } from "../../_components/access-fields/use-dataset-choices.ts";
import { useTRPC } from "../../_trpc/provider.tsx";
import { FilterButtons, PeriodFields, useFilterForm, WordsField } from "../filter-form.tsx";
import type { Filters } from "./filters.ts";

type Choice = { value: string; label: string };

export function FilterBar({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  const trpc = useTRPC();
  const keys = useQuery(trpc.keys.list.queryOptions({}));
  const apps = useQuery(trpc.connections.list.queryOptions({}));
  const datasets = useDatasetChoices();
  const { set, words, clear } = useFilterForm(filters, onChange);
  const callers = [
    { group: "Apps", items: (apps.data?.items ?? []).map(({ id, client }) => choice(id, client.name)) },
    { group: "Keys", items: (keys.data?.items ?? []).map(({ id, name }) => choice(id, name)) },
  ];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set({});
  };
  return (
    <Paper withBorder p="md" mb="md">
      <search>
        <form onSubmit={submit} aria-label="Filter receipts">
          <SimpleGrid cols={{ base: 2, md: 3 }} spacing="sm" verticalSpacing="sm">
            <WordsField label="In the query" words={words} />
            <Select
              label="App or key"
              placeholder="Any"
              searchable
              clearable
              data={withChosen(callers, filters.by)}
              value={filters.by ?? null}
              onChange={(by) => set({ by: by ?? "" })}
            />
            <Select
              label="Dataset"
              placeholder="Any"
              searchable
              clearable
              data={withChosen(
                [
                  {
                    group: "Datasets",
                    items: (datasets.data?.items ?? []).map(({ id, name }) => choice(id, name)),
                  },
                ],
                filters.dataset,
              )}
              value={filters.dataset ?? null}
              onChange={(dataset) => set({ dataset: dataset ?? "" })}
            />
            <PeriodFields from={filters.from} to={filters.to} onChange={set} />
            <Select
              label="Outcome"
              placeholder="Any"
              clearable
              data={[choice("answered", "Found something"), choice("empty", "Found nothing")]}
              value={filters.outcome ?? null}
              onChange={(outcome) => set({ outcome: outcome ?? "" })}
            />
          </SimpleGrid>
          <Box mt="sm">
            <FilterButtons clear={clear}>
              {filters.document && (
                <Button size="xs" variant="default" onClick={() => set({ document: "" })}>
                  Any document, not only the one chosen
                </Button>
              )}
            </FilterButtons>
          </Box>
        </form>
      </search>
    </Paper>
  );
}

function choice(value: string, label: string): Choice {
  return { value, label };
}

/** What the address names stays chosen, though it is gone or not loaded yet. */
function withChosen(groups: { group: string; items: Choice[] }[], chosen: string | undefined) {
  const known = groups.some(({ items }) => items.some(({ value }) => value === chosen));
  const all = chosen && !known ? [...groups, { group: "Others", items: [choice(chosen, chosen)] }] : groups;
  return all.filter(({ items }) => items.length > 0);
}
