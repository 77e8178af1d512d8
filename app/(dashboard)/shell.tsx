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
  ScrollArea,
  Stack,
  Text,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  type Icon,
  IconApps,
  IconChartBar,
  IconCoins,
  IconDatabase,
  IconGauge,
  IconHistory,
  IconHome,
  IconKey,
  IconListSearch,
  IconPlugConnected,
  IconReceipt,
  IconSettings,
  IconUsers,
} from "@tabler/icons-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { type ReactNode, useEffect } from "react";
import { Logo } from "../_components/logo.tsx";
import type { User } from "../_components/user.ts";
import { BalanceLink } from "./balance-link.tsx";
import { ImpersonationBanner } from "./impersonation-banner.tsx";
import classes from "./shell.module.css";
import { useSessionRenewal } from "./use-session-renewal.ts";
import { UserMenu } from "./user-menu.tsx";

type Place = { href: string; label: string; icon: Icon };

const groups: { label: string; adminOnly?: true; places: Place[] }[] = [
  {
    label: "Knowledge",
    places: [
      { href: "/overview", label: "Overview", icon: IconHome },
      { href: "/datasets", label: "Datasets", icon: IconDatabase },
      { href: "/playground", label: "Playground", icon: IconListSearch },
    ],
  },
  {
    label: "Access",
    places: [
      { href: "/connect", label: "Connect", icon: IconPlugConnected },
      { href: "/connections", label: "Connections", icon: IconApps },
      { href: "/keys", label: "Keys", icon: IconKey },
    ],
  },
  {
    label: "Spending",
    places: [
      { href: "/credits", label: "Credits", icon: IconCoins },
      { href: "/usage", label: "Usage", icon: IconChartBar },
      { href: "/limits", label: "Limits", icon: IconGauge },
    ],
  },
  {
    label: "Records",
    places: [
      { href: "/receipts", label: "Receipts", icon: IconReceipt },
      { href: "/audit", label: "Audit log", icon: IconHistory },
    ],
  },
  { label: "Account", places: [{ href: "/settings", label: "Settings", icon: IconSettings }] },
  {
    label: "Installation",
    adminOnly: true,
    places: [{ href: "/admin", label: "Admin", icon: IconUsers }],
  },
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
          <Link href="/overview" aria-label="FLTR: overview" style={{ textDecoration: "none" }}>
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
        <AppShellSection visibleFrom="sm" px={12} pt={6} pb={10}>
          <Link href="/overview" aria-label="FLTR: overview" style={{ textDecoration: "none" }}>
            <Logo />
          </Link>
        </AppShellSection>
        <AppShellSection grow component={ScrollArea} type="hover" scrollbarSize={6}>
          <Stack gap={10} pb="sm">
            {groups
              .filter(({ adminOnly }) => user.admin || !adminOnly)
              .map(({ label, places }) => (
                <Stack key={label} gap={1} role="group" aria-label={label}>
                  <Text size="xs" c="dimmed" px={12} aria-hidden="true">
                    {label}
                  </Text>
                  {places.map((place) => (
                    <PlaceLink key={place.href} {...place} pathname={pathname} />
                  ))}
                </Stack>
              ))}
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
        {user.impersonated && <ImpersonationBanner user={user} />}
        <Container size={1120} px={{ base: "md", md: "xl" }} py={{ base: "lg", md: 40 }}>
          {children}
        </Container>
      </AppShellMain>
    </AppShell>
  );
}

function PlaceLink({ href, label, icon: Icon, pathname }: Place & { pathname: string }) {
  const active = pathname === href || pathname.startsWith(`${href}/`);
  return (
    <NavLink
      component={Link}
      href={href}
      label={label}
      active={active}
      aria-current={active ? "page" : undefined}
      leftSection={<Icon size={18} stroke={1.7} aria-hidden="true" />}
      className={classes.link ?? ""}
    />
  );
}
