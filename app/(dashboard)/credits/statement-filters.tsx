"use client";

import { Box, Select, SimpleGrid } from "@mantine/core";
import { FilterButtons, PeriodFields, useFilterForm, WordsField } from "../filter-form.tsx";
import { type EntryFilters, kindWords } from "./entry-filters.ts";

const kinds = Object.entries(kindWords).map(([value, label]) => ({ value, label }));

export function StatementFilters(props: {
  filters: EntryFilters;
  onChange: (filters: EntryFilters) => void;
}) {
  const { filters } = props;
  const { set, words, clear } = useFilterForm(filters, props.onChange);
  return (
    <search>
      <form
        aria-label="Filter the statement"
        onSubmit={(event) => {
          event.preventDefault();
          set({});
        }}
      >
        <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm" mb="sm">
          <WordsField label="Words" words={words} />
          <Select
            label="Kind"
            placeholder="Any"
            clearable
            clearButtonProps={{ "aria-label": "Any kind" }}
            data={kinds}
            value={filters.kind ?? null}
            onChange={(kind) => set({ kind: kind ?? "" })}
          />
          <PeriodFields from={filters.from} to={filters.to} onChange={set} />
        </SimpleGrid>
        <Box mb="sm">
          <FilterButtons clear={clear} />
        </Box>
      </form>
    </search>
  );
}
