"use client";

import { NavLink, ScrollArea } from "@mantine/core";
import Link from "next/link";
import { usePathname } from "next/navigation";
import classes from "./settings.module.css";

const pages = [
  { href: "/settings/profile", label: "Profile" },
  { href: "/settings/security", label: "Security" },
  { href: "/settings/browsers", label: "Browsers" },
  { href: "/settings/data", label: "Your data" },
];

export function SettingsTabs() {
  const pathname = usePathname();
  return (
    <ScrollArea type="never" mb="xl" className={classes.tabs ?? ""}>
      <nav aria-label="Settings" className={classes.list}>
        {pages.map(({ href, label }) => (
          <NavLink
            key={href}
            component={Link}
            href={href}
            label={label}
            w="auto"
            active={pathname === href}
            aria-current={pathname === href ? "page" : undefined}
          />
        ))}
      </nav>
    </ScrollArea>
  );
}
