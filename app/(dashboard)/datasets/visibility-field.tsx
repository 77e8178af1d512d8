"use client";

import { Radio, RadioGroup, Stack } from "@mantine/core";
import type { ReactNode } from "react";

export function VisibilityField(props: {
  value?: string;
  defaultValue?: string;
  onChange?: (value: string) => void;
  error?: ReactNode;
}) {
  return (
    <RadioGroup label="Who may search it" {...props}>
      <Stack gap="sm" mt="xs">
        <Radio value="private" label="Private" description="Only you, your keys and your apps" />
        <Radio
          value="public"
          label="Public"
          description="Everyone who can reach this server may search and read its passages, at their own cost"
        />
      </Stack>
    </RadioGroup>
  );
}
