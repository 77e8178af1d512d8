"use client";

import { Group, Text, UnstyledButton, type UnstyledButtonProps } from "@mantine/core";
import { IconSelector } from "@tabler/icons-react";
import type { ComponentPropsWithRef } from "react";
import type { User } from "../_components/user.ts";
import classes from "./shell.module.css";

export function UserButton({
  user,
  ...props
}: { user: User } & UnstyledButtonProps & ComponentPropsWithRef<"button">) {
  return (
    <UnstyledButton {...props} className={classes.user} aria-label={`Account menu of ${user.name}`}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <div style={{ minWidth: 0 }}>
          <Text size="sm" fw={500} truncate>
            {user.name}
          </Text>
          <Text size="xs" c="dimmed" truncate>
            {user.email}
          </Text>
        </div>
        <IconSelector size={16} aria-hidden="true" />
      </Group>
    </UnstyledButton>
  );
}
