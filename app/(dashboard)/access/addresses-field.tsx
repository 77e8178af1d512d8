"use client";

import { TagsInput } from "@mantine/core";

export function AddressesField(props: { value: string[]; onChange: (value: string[]) => void }) {
  return (
    <TagsInput
      label="Addresses it may call from"
      description="An address or a range such as 203.0.113.0/24, then Enter. Empty: from anywhere"
      placeholder={props.value.length === 0 ? "From anywhere" : ""}
      maxTags={100}
      splitChars={[",", " "]}
      acceptValueOnBlur
      value={props.value}
      onChange={props.onChange}
    />
  );
}
