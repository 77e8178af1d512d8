"use client";

import {
  Menu,
  MenuDivider,
  MenuDropdown,
  MenuItem,
  MenuLabel,
  MenuRadioGroup,
  MenuRadioItem,
  MenuTarget,
  useMantineColorScheme,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconLogout, IconSettings } from "@tabler/icons-react";
import Link from "next/link";
import { useEffect, useRef, useState } from "react";
import { authRequest } from "../_components/auth-request.ts";
import type { User } from "../_components/user.ts";
import { commitAll } from "./undoable.tsx";
import { UserButton } from "./user-button.tsx";

const schemes = [
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
  { value: "auto", label: "Like the system" },
] as const;

/** Opens at once: it was asked for. From its own button, which has the focus back when it closes. */
export default function UserMenuList({ user }: { user: User }) {
  const button = useRef<HTMLButtonElement>(null);
  const [opened, setOpened] = useState(false);
  useEffect(() => {
    button.current?.focus();
    setOpened(true);
  }, []);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const choose = (value: string) =>
    setColorScheme(schemes.find((scheme) => scheme.value === value)?.value ?? "auto");
  return (
    <Menu position="top-start" width={208} opened={opened} onChange={setOpened} returnFocus>
      <MenuTarget>
        <UserButton user={user} ref={button} />
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
          prefetch={false}
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
  await commitAll();
  const answer = await authRequest("sign-out", {});
  if (answer.ok) window.location.assign("/");
  else notifications.show({ color: "red", title: "You are still signed in", message: answer.message });
}
