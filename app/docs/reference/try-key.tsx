"use client";

import { Paper, PasswordInput, Stack } from "@mantine/core";
import { createContext, type ReactNode, useContext, useState } from "react";

const KeyContext = createContext("");

/** The key that calls are tried with. It stays in this page and is gone with it. */
export function TryKey({ children }: { children: ReactNode }) {
  const [key, setKey] = useState("");
  return (
    <KeyContext value={key.trim()}>
      <Paper withBorder p="md">
        <PasswordInput
          label="Your API key, to try calls with"
          description="It stays in this page and is not stored. Without one, calls are made as you are signed in here."
          placeholder="fltr_…"
          autoComplete="off"
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
        />
      </Paper>
      <Stack gap="xl">{children}</Stack>
    </KeyContext>
  );
}

export function useKey(): string {
  return useContext(KeyContext);
}
