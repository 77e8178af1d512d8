"use client";

import { NavLink } from "@mantine/core";
import Link from "next/link";
import { usePathname } from "next/navigation";
import classes from "./page-tabs.module.css";

/** Pages that belong together, beside each other. */
export function PageTabs(props: { label: string; pages: readonly { href: string; label: string }[] }) {
  const pathname = usePathname();
  return (
    <nav aria-label={props.label} className={classes.tabs}>
      {props.pages.map(({ href, label }) => (
        <NavLink
          key={href}
          component={Link}
          href={href}
          prefetch={false}
          label={label}
          w="auto"
          className={classes.tab ?? ""}
          active={pathname === href}
          aria-current={pathname === href ? "page" : undefined}
        />
      ))}
    </nav>
  );
}
