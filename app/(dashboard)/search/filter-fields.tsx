"use client";

import { ActionIcon, Button, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { type Filter, operatorWords } from "./option-words.ts";

const operators = Object.entries(operatorWords).map(([value, label]) => ({ value, label }));
/** As the API allows. */
const most = 20;

/** Conditions on the documents' metadata; all of them must hold. */
export function FilterFields(props: {
  value: readonly Filter[];
  unset: string;
  disabled: boolean;
  onChange: (filters: Filter[]) => void;
}) {
  const { value, disabled, onChange } = props;
  const replace = (index: number, filter: Filter) => onChange(value.with(index, filter));
  return (
    <Stack gap="xs" mt="md" role="group" aria-label="Only documents where">
      <Text size="sm" fw={500} aria-hidden="true">
        Only documents where{" "}
        {value.length === 0 && (
          <Text span size="sm" c="dimmed" fw={400}>
            {props.unset || "… nothing is asked of their metadata"}
          </Text>
        )}
      </Text>
      {value.map((filter, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a condition has nothing else that stays while it is typed
        <Group key={index} gap="xs" align="flex-start" wrap="wrap">
          <TextInput
            size="sm"
            flex="1 1 110px"
            aria-label={`Field ${index + 1} of the metadata`}
            placeholder="year"
            maxLength={100}
            disabled={disabled}
            value={filter.field}
            onChange={({ currentTarget }) => replace(index, { ...filter, field: currentTarget.value })}
          />
          <Select
            size="sm"
            flex="1 1 120px"
            aria-label={`How field ${index + 1} is compared`}
            allowDeselect={false}
            disabled={disabled}
            data={operators}
            value={filter.operator}
            onChange={(operator) => replace(index, withOperator(filter, operator as Filter["operator"]))}
          />
          <TextInput
            size="sm"
            flex="1 1 110px"
            aria-label={`What field ${index + 1} is compared with`}
            placeholder={
              filter.operator === "in" ? "2025, 2026" : filter.operator === "exists" ? "true" : "2026"
            }
            maxLength={2000}
            disabled={disabled}
            value={filter.operator === "in" ? (filter.values ?? []).join(", ") : (filter.value ?? "")}
            onChange={({ currentTarget }) => replace(index, withText(filter, currentTarget.value))}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={`Take condition ${index + 1} away`}
            disabled={disabled}
            onClick={() => onChange(value.filter((_, other) => other !== index))}
          >
            <IconX size={16} aria-hidden="true" />
          </ActionIcon>
        </Group>
      ))}
      {value.length < most && (
        <Button
          size="compact-sm"
          variant="subtle"
          ml={-8}
          style={{ alignSelf: "flex-start" }}
          leftSection={<IconPlus size={14} aria-hidden="true" />}
          disabled={disabled}
          onClick={() => onChange([...value, { field: "", operator: "eq", value: "" }])}
        >
          Add a condition
        </Button>
      )}
    </Stack>
  );
}

function withOperator({ field, ...filter }: Filter, operator: Filter["operator"]): Filter {
  return withText({ field, operator }, filter.value ?? filter.values?.join(", ") ?? "");
}

function withText({ field, operator }: Filter, text: string): Filter {
  if (operator === "in") return { field, operator, values: text.split(",").map((one) => one.trimStart()) };
  if (operator === "exists" && text.trim() === "") return { field, operator };
  return { field, operator, value: text };
}
