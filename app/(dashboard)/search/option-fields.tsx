"use client";

import { Box, NumberInput, Select, SimpleGrid, Switch, TextInput } from "@mantine/core";
import type { OptionName } from "#server/query-fields.ts";
import { useOffer } from "../offer.tsx";
import { FilterFields } from "./filter-fields.tsx";
import { type ChosenOptions, fieldList, givenOptions, type OptionField, valueText } from "./option-words.ts";

/** An empty field is what it shows: the endpoint's option, or the default. */
export function OptionFields(props: {
  value: ChosenOptions;
  onChange: (options: ChosenOptions) => void;
  /** Saved ones, that an empty field stands for. */
  saved?: ChosenOptions;
  /** Not to be chosen here. */
  fixed?: readonly OptionName[];
  hidden?: readonly OptionName[];
  narrow?: boolean;
}) {
  const { value, saved = {}, fixed = [], hidden = [] } = props;
  const set = (name: OptionName, chosen: unknown) =>
    props.onChange(givenOptions({ ...value, [name]: chosen }));
  const { reranking } = useOffer();
  const shown = fieldList.filter(({ name }) => !hidden.includes(name) && (reranking || name !== "rerank"));
  const switches = shown.filter(({ kind }) => kind === "switch");
  const field = (option: (typeof fieldList)[number]) => (
    <OneField
      key={option.name}
      option={option}
      value={value[option.name]}
      unset={saved[option.name] === undefined ? option.unset : valueText(option.name, saved[option.name])}
      disabled={fixed.includes(option.name)}
      onChange={(chosen) => set(option.name, chosen)}
    />
  );
  return (
    <Box>
      <SimpleGrid
        cols={props.narrow ? { base: 2 } : { base: 2, sm: 4 }}
        spacing="sm"
        style={{ alignItems: "end" }}
      >
        {shown.filter(({ kind }) => kind !== "filters" && kind !== "switch").map(field)}
      </SimpleGrid>
      {switches.length > 0 && (
        <SimpleGrid cols={props.narrow ? { base: 1 } : { base: 1, sm: 2 }} spacing="sm" mt="md">
          {switches.map(field)}
        </SimpleGrid>
      )}
      {shown.some(({ kind }) => kind === "filters") && (
        <FilterFields
          value={value.filters ?? []}
          unset={saved.filters?.length ? valueText("filters", saved.filters) : ""}
          disabled={fixed.includes("filters")}
          onChange={(filters) => set("filters", filters.length > 0 ? filters : undefined)}
        />
      )}
    </Box>
  );
}

function OneField(props: {
  option: OptionField;
  value: ChosenOptions[OptionName];
  unset: string;
  disabled: boolean;
  onChange: (value: unknown) => void;
}) {
  const { option, value, unset, disabled, onChange } = props;
  const shared = { label: option.label, size: "sm", disabled } as const;
  if (option.kind === "number") {
    const step = option.step ?? 1;
    return (
      <NumberInput
        {...shared}
        placeholder={unset}
        min={option.min}
        max={option.max}
        step={step}
        clampBehavior="blur"
        allowDecimal={step < 1}
        allowNegative={false}
        value={typeof value === "number" ? value : ""}
        onChange={(typed) => onChange(typeof typed === "number" ? typed : undefined)}
      />
    );
  }
  if (option.kind === "choice") {
    return (
      <Select
        {...shared}
        placeholder={unset}
        clearable
        data={Object.entries(option.choices).map(([chosen, label]) => ({ value: chosen, label }))}
        value={typeof value === "string" ? value : null}
        onChange={(chosen) => onChange(chosen ?? undefined)}
      />
    );
  }
  if (option.kind === "day") {
    return (
      <TextInput
        {...shared}
        type="date"
        value={typeof value === "string" ? value.slice(0, 10) : ""}
        onChange={({ currentTarget }) => onChange(currentTarget.value || undefined)}
      />
    );
  }
  return (
    <Switch
      {...shared}
      checked={value === undefined ? unset === "Yes" : value === true}
      onChange={({ currentTarget }) => onChange(currentTarget.checked)}
    />
  );
}
