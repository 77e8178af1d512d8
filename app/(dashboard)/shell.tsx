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
  Text,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { type ReactNode, useEffect } from "react";
import { Logo } from "../_components/logo.tsx";
import type { User } from "../_components/user.ts";
import { BalanceLink } from "./balance-link.tsx";
import { ImpersonationBanner } from "./impersonation-banner.tsx";
import { type Place, placeGroups } from "./places.ts";
import classes from "./shell.module.css";
import { Shortcuts } from "./shortcuts.tsx";
import { useSessionRenewal } from "./use-session-renewal.ts";
import { UserMenu } from "./user-menu.tsx";

export function Shell({ user, children }: { user: User; children: ReactNode }) {
  const [opened, { toggle, close }] = useDisclosure();
  const pathname = usePathname();
  const groups = placeGroups.filter(({ adminOnly }) => user.admin || !adminOnly);
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
          <Link
            href="/overview"
            prefetch={false}
            aria-label="FLTR: overview"
            style={{ textDecoration: "none" }}
          >
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
        <AppShellSection visibleFrom="sm" px={12} pt={6} pb={6}>
          <Link
            href="/overview"
            prefetch={false}
            aria-label="FLTR: overview"
            style={{ textDecoration: "none" }}
          >
            <Logo />
          </Link>
        </AppShellSection>
        <AppShellSection>
          <Shortcuts groups={groups} />
        </AppShellSection>
        <AppShellSection grow className={classes.places ?? ""}>
          <Stack gap={4} pb="xs">
            {groups.map(({ label, places }) => (
              <Stack key={label} gap={1} role="group" aria-label={label}>
                <Text size="xs" c="dimmed" px={12} aria-hidden="true">
                  {label}
                </Text>
                {places.map((place) => (
                  <PlaceLink key={place.href} {...place} pathname={pathname} onClick={close} />
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

function PlaceLink(props: Place & { pathname: string; onClick: () => void }) {
  const { href, label, icon: Icon, pathname, onClick } = props;
  const active = pathname === href || pathname.startsWith(`${href}/`);
  return (
    <NavLink
      component={Link}
      href={href}
      // What a page shows is read when it is asked for: fetched ahead, its frame alone saves nothing.
      prefetch={false}
      label={label}
      active={active}
      onClick={onClick}
      aria-current={active ? "page" : undefined}
      leftSection={<Icon size={18} stroke={1.7} aria-hidden="true" />}
      className={classes.link ?? ""}
    />
  );
}
