"use client";

import { Badge, Checkbox, CheckboxGroup, Group, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { holdsScope, type Scope } from "#server/operations.ts";
import { scopeWords } from "./scope-words.ts";

/** `held`: what it may do already; the others are marked as new. Without it nothing is. */
export function ScopesField(props: {
  asked: readonly Scope[];
  held?: readonly Scope[] | undefined;
  value: readonly Scope[];
  onChange: (value: Scope[]) => void;
  error?: ReactNode;
}) {
  const { asked, held, value } = props;
  return (
    <CheckboxGroup
      label="What it may do"
      error={props.error}
      value={asked.filter((scope) => holdsScope(value, scope))}
      onChange={(chosen) => props.onChange(asked.filter((scope) => chosen.includes(scope)))}
    >
      <Stack gap="sm" mt="xs">
        {asked.map((scope) => {
          const comesAlong = holdsScope(
            value.filter((other) => other !== scope),
            scope,
          );
          const { label, description } = scopeWords[scope];
          return (
            <Checkbox
              key={scope}
              value={scope}
              disabled={comesAlong}
              // It is granted: only unticking it is not possible.
              styles={comesAlong ? { label: { color: "var(--mantine-color-text)" } } : {}}
              label={
                held && !holdsScope(held, scope) ? (
                  <Group component="span" gap={6} wrap="nowrap" align="center">
                    <span>{label}</span>
                    <Badge component="span" size="sm" variant="outline" style={{ flexShrink: 0 }}>
                      new
                    </Badge>
                  </Group>
                ) : (
                  label
                )
              }
              description={comesAlong ? "Comes with what is ticked below" : description}
            />
          );
        })}
      </Stack>
    </CheckboxGroup>
  );
}
