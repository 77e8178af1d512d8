"use client";

import { Button, Group, Select, SimpleGrid, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { type EntryFilters, kindWords } from "./entry-filters.ts";

const kinds = Object.entries(kindWords).map(([value, label]) => ({ value, label }));

export function StatementFilters(props: {
  filters: EntryFilters;
  onChange: (filters: EntryFilters) => void;
}) {
  const { filters, onChange } = props;
  const [text, setText] = useState(filters.text ?? "");
  const set = (changed: EntryFilters) => onChange({ ...filters, text, ...changed });
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
          <TextInput
            label="Words"
            leftSection={<IconSearch size={16} aria-hidden="true" />}
            maxLength={200}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            onBlur={() => text !== (filters.text ?? "") && set({})}
          />
          <Select
            label="Kind"
            placeholder="Any"
            clearable
            clearButtonProps={{ "aria-label": "Any kind" }}
            data={kinds}
            value={filters.kind ?? null}
            onChange={(kind) => set({ kind: kind ?? "" })}
          />
          <TextInput
            type="date"
            label="From"
            value={filters.from ?? ""}
            onChange={(event) => set({ from: event.currentTarget.value })}
          />
          <TextInput
            type="date"
            label="To (included)"
            value={filters.to ?? ""}
            onChange={(event) => set({ to: event.currentTarget.value })}
          />
        </SimpleGrid>
        <Group gap="xs" mb="sm">
          <Button type="submit" size="xs" variant="default">
            Filter
          </Button>
          {Object.keys(filters).length > 0 && (
            <Button
              size="xs"
              variant="subtle"
              onClick={() => {
                setText("");
                onChange({});
              }}
            >
              Show all
            </Button>
          )}
        </Group>
      </form>
    </search>
  );
}
