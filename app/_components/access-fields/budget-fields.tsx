"use client";

import { NumberInput, Select, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { operations } from "#server/operations.ts";
import { count } from "../format.ts";
import { budgetChoices, periodNotes } from "./budget.ts";

const price = operations["search.query"].priceCredits;

export function BudgetFields(props: {
  period: string;
  credits: number | string;
  onPeriod: (period: string) => void;
  onCredits: (credits: number | string) => void;
  error?: ReactNode;
}) {
  const { period, credits } = props;
  const searches = typeof credits === "number" ? Math.floor(credits / price) : 0;
  return (
    <Stack gap="sm">
      <Select
        label="What it may spend"
        description={periodNotes[period]}
        data={budgetChoices}
        allowDeselect={false}
        value={period}
        onChange={(value) => props.onPeriod(value ?? "none")}
      />
      {period !== "none" && (
        <NumberInput
          label="Credits"
          description={`Enough for ${count(searches, "search", "searches")}`}
          min={1}
          max={1_000_000_000}
          allowDecimal={false}
          thousandSeparator=","
          value={credits}
          onChange={props.onCredits}
          error={props.error}
        />
      )}
    </Stack>
  );
}
