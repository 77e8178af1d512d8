"use client";

/** The parts that forms have in common whose filters stand in the address. */
import { Button, Group, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import type { AddressFilters, Days } from "./address-filters.ts";

/** Whatever is chosen takes along the words that were typed and not yet sent. */
export function useFilterForm<Name extends string>(
  filters: AddressFilters<Name | "text">,
  onChange: (filters: AddressFilters<Name | "text">) => void,
) {
  const [text, setText] = useState(filters.text ?? "");
  const set = (changed: AddressFilters<Name | "text">) => onChange({ ...filters, text, ...changed });
  return {
    set,
    words: {
      value: text,
      onChange: setText,
      onLeave: () => text !== (filters.text ?? "") && set({}),
    },
    clear:
      Object.keys(filters).length === 0
        ? null
        : () => {
            setText("");
            onChange({});
          },
  };
}

export function WordsField(props: {
  label: string;
  words: { value: string; onChange: (text: string) => void; onLeave: () => void };
}) {
  const { value, onChange, onLeave } = props.words;
  return (
    <TextInput
      label={props.label}
      leftSection={<IconSearch size={16} aria-hidden="true" />}
      maxLength={200}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onBlur={onLeave}
    />
  );
}

export function PeriodFields({
  from,
  to,
  onChange,
}: Days & { onChange: (changed: AddressFilters<"from" | "to">) => void }) {
  return (
    <>
      <TextInput
        type="date"
        label="From"
        value={from ?? ""}
        onChange={(event) => onChange({ from: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label="To (included)"
        value={to ?? ""}
        onChange={(event) => onChange({ to: event.currentTarget.value })}
      />
    </>
  );
}

/** @param clear null: nothing is filtered */
export function FilterButtons({ clear, children }: { clear: (() => void) | null; children?: ReactNode }) {
  return (
    <Group gap="xs">
      <Button type="submit" size="xs" variant="default">
        Filter
      </Button>
      {children}
      {clear && (
        <Button size="xs" variant="subtle" onClick={clear}>
          Show all
        </Button>
      )}
    </Group>
  );
}
