"use client";

import {
  AppShell,
  AppShellHeader,
  AppShellMain,
  AppShellNavbar,
  AppShellSection,
  Burger,
  Container,
  Group,
  NavLink,
  Stack,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconApps,
  IconCoins,
  IconDatabase,
  IconDeviceLaptop,
  IconHistory,
  IconKey,
  IconPlugConnected,
  IconReceipt,
  IconUsers,
} from "@tabler/icons-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { type ReactNode, useEffect } from "react";
import { Logo } from "../_components/logo.tsx";
import type { User } from "../_components/user.ts";
import { BalanceLink } from "./balance-link.tsx";
import classes from "./shell.module.css";
import { useSessionRenewal } from "./use-session-renewal.ts";
import { UserMenu } from "./user-menu.tsx";

const places = [
  { href: "/datasets", label: "Datasets", icon: IconDatabase, adminOnly: false },
  { href: "/connect", label: "Connect", icon: IconPlugConnected, adminOnly: false },
  { href: "/connections", label: "Connections", icon: IconApps, adminOnly: false },
  { href: "/keys", label: "Keys", icon: IconKey, adminOnly: false },
  { href: "/sessions", label: "Browsers", icon: IconDeviceLaptop, adminOnly: false },
  { href: "/credits", label: "Credits", icon: IconCoins, adminOnly: false },
  { href: "/receipts", label: "Receipts", icon: IconReceipt, adminOnly: false },
  { href: "/audit", label: "Audit log", icon: IconHistory, adminOnly: false },
  { href: "/admin", label: "Accounts", icon: IconUsers, adminOnly: true },
];

export function Shell({ user, children }: { user: User; children: ReactNode }) {
  const [opened, { toggle, close }] = useDisclosure();
  const pathname = usePathname();
  useSessionRenewal();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes whenever the page changes
  useEffect(close, [pathname]);
  return (
    <AppShell
      header={{ height: { base: 56, sm: 0 } }}
      navbar={{ width: 232, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding={0}
      transitionDuration={120}
    >
      <AppShellHeader hiddenFrom="sm" className={classes.header}>
        <Group h="100%" px="md" justify="space-between">
          <Link href="/datasets" aria-label="FLTR: datasets" style={{ textDecoration: "none" }}>
            <Logo />
          </Link>
          <Burger
            size="sm"
            opened={opened}
            onClick={toggle}
            aria-label={opened ? "Close the menu" : "Open the menu"}
            aria-expanded={opened}
            aria-controls="menu"
          />
        </Group>
      </AppShellHeader>
      <AppShellNavbar p="sm" id="menu" className={classes.navbar} aria-label="Main">
        <AppShellSection visibleFrom="sm" px={12} py={10} mb="sm">
          <Link href="/datasets" aria-label="FLTR: datasets" style={{ textDecoration: "none" }}>
            <Logo />
          </Link>
        </AppShellSection>
        <AppShellSection grow>
          <Stack gap={2}>
            {places
              .filter(({ adminOnly }) => user.admin || !adminOnly)
              .map(({ href, label, icon: Icon }) => {
                const active = pathname === href || pathname.startsWith(`${href}/`);
                return (
                  <NavLink
                    key={href}
                    component={Link}
                    href={href}
                    label={label}
                    active={active}
                    aria-current={active ? "page" : undefined}
                    leftSection={<Icon size={18} stroke={1.7} aria-hidden="true" />}
                    className={classes.link ?? ""}
                  />
                );
              })}
          </Stack>
        </AppShellSection>
        <AppShellSection>
          <Stack gap={2}>
            <BalanceLink />
            <UserMenu user={user} />
          </Stack>
        </AppShellSection>
      </AppShellNavbar>
      <AppShellMain id="main" tabIndex={-1} style={{ outline: "none" }}>
        <Container size={1120} px={{ base: "md", md: "xl" }} py={{ base: "lg", md: 40 }}>
          {children}
        </Container>
      </AppShellMain>
    </AppShell>
  );
}
