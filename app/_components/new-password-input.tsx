"use client";

import { PasswordInput, type PasswordInputProps } from "@mantine/core";
import { useState } from "react";
import { passwordLength } from "#server/operations.ts";

const { min, max } = passwordLength;

/** A form's rule; the server also refuses what is known to be guessed. */
export function newPasswordProblem(value: string): string | null {
  const length = [...value].length;
  return length >= min && value.length <= max ? null : `Use ${min} to ${max} characters`;
}

/** Says while one types what is still asked. */
export function NewPasswordInput({ onChange, ...props }: PasswordInputProps) {
  const [length, setLength] = useState(0);
  return (
    <PasswordInput
      autoComplete="new-password"
      description={<span aria-live="polite">{lengthWords(length)}</span>}
      {...props}
      onChange={(event) => {
        setLength([...event.currentTarget.value].length);
        onChange?.(event);
      }}
    />
  );
}

function lengthWords(length: number): string {
  if (length === 0) return `At least ${min} characters. A few words that do not belong together are good.`;
  if (length < min) return `${min - length} more ${min - length === 1 ? "character" : "characters"}`;
  return length > max ? `${length - max} too many` : "Long enough";
}
