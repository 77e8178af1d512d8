"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import classes from "./docs.module.css";

export function DocsNav({ items }: { items: readonly { href: string; label: string }[] }) {
  const pathname = usePathname();
  return (
    <nav className={classes.nav} aria-label="Documentation">
      {items.map(({ href, label }) => (
        <Link
          key={href}
          href={href}
          className={classes.link}
          aria-current={pathname === href ? "page" : undefined}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
