"use client";

import {
  Group,
  Menu,
  MenuDivider,
  MenuDropdown,
  MenuItem,
  MenuLabel,
  MenuRadioGroup,
  MenuRadioItem,
  MenuTarget,
  Text,
  UnstyledButton,
  useMantineColorScheme,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconLogout, IconSelector, IconSettings } from "@tabler/icons-react";
import Link from "next/link";
import { authRequest } from "../_components/auth-request.ts";
import type { User } from "../_components/user.ts";
import classes from "./shell.module.css";

const schemes = [
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
  { value: "auto", label: "Like the system" },
] as const;

export function UserMenu({ user }: { user: User }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const choose = (value: string) =>
    setColorScheme(schemes.find((scheme) => scheme.value === value)?.value ?? "auto");
  return (
    <Menu position="top-start" width={208}>
      <MenuTarget>
        <UnstyledButton className={classes.user} aria-label={`Account menu of ${user.name}`}>
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
      </MenuTarget>
      <MenuDropdown>
        <MenuLabel>Appearance</MenuLabel>
        <MenuRadioGroup value={colorScheme} onChange={choose}>
          {schemes.map(({ value, label }) => (
            <MenuRadioItem key={value} value={value}>
              {label}
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
        <MenuDivider />
        <MenuItem
          component={Link}
          href="/settings/profile"
          leftSection={<IconSettings size={16} aria-hidden="true" />}
        >
          Settings
        </MenuItem>
        <MenuItem leftSection={<IconLogout size={16} aria-hidden="true" />} onClick={() => void signOut()}>
          Sign out
        </MenuItem>
      </MenuDropdown>
    </Menu>
  );
}

async function signOut(): Promise<void> {
  const answer = await authRequest("sign-out", {});
  if (answer.ok) window.location.assign("/");
  else notifications.show({ color: "red", title: "You are still signed in", message: answer.message });
}
