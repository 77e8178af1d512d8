"use client";

import { Select } from "@mantine/core";
import { lifetimes } from "./access.ts";

/** `kept`: what leaving the end as it is is called, for one that has an end already. */
export function ExpiryField(props: { value: string; onChange: (value: string) => void; kept?: string }) {
  return (
    <Select
      label="When it stops working"
      description={
        props.value === "never" ? "It works until you disconnect it" : "After that it has to ask you again"
      }
      data={[...(props.kept ? [{ value: "kept", label: props.kept }] : []), ...lifetimes]}
      allowDeselect={false}
      value={props.value}
      onChange={(value) => value && props.onChange(value)}
    />
  );
}
