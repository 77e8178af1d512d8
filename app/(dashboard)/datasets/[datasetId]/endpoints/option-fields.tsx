"use client";

import { NumberInput, SimpleGrid } from "@mantine/core";
import { type ChosenOptions, givenOptions, numberOptions } from "./option-words.ts";

/** An empty field is the default, which it shows. */
export function OptionFields(props: { value: ChosenOptions; onChange: (options: ChosenOptions) => void }) {
  const { value, onChange } = props;
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
      {numberOptions.map(({ name, label, min, max, unset }) => (
        <NumberInput
          key={name}
          label={label}
          placeholder={unset}
          size="sm"
          min={min}
          max={max}
          clampBehavior="blur"
          allowDecimal={false}
          allowNegative={false}
          value={value[name] ?? ""}
          onChange={(typed) =>
            onChange(givenOptions({ ...value, [name]: typeof typed === "number" ? typed : undefined }))
          }
        />
      ))}
    </SimpleGrid>
  );
}
