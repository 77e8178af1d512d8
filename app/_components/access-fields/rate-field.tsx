"use client";

import { NumberInput, Select, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { formatNumber } from "../format.ts";
import { accountCallsPerHour, type RateValue } from "./access.ts";

const choices = [
  { value: "limited", label: "Up to a number each hour" },
  { value: "account", label: "As often as my account may" },
];

export function RateField(props: {
  value: RateValue;
  onChange: (value: RateValue) => void;
  error?: ReactNode;
}) {
  const { value, onChange } = props;
  return (
    <Stack gap="sm">
      <Select
        label="How often it may call"
        description={`Your account as a whole may call ${formatNumber(accountCallsPerHour)} times in any hour, or more with a larger balance`}
        data={choices}
        allowDeselect={false}
        value={value.limited ? "limited" : "account"}
        onChange={(chosen) => onChange({ ...value, limited: chosen !== "account" })}
      />
      {value.limited && (
        <NumberInput
          label="Calls in any hour"
          min={1}
          max={1_000_000}
          allowDecimal={false}
          allowNegative={false}
          thousandSeparator=","
          value={value.calls}
          onChange={(calls) => onChange({ ...value, calls })}
          error={props.error}
        />
      )}
    </Stack>
  );
}
