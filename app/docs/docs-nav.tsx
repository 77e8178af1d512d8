"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import classes from "./docs.module.css";

type Item = { href: string; label: string };

/** Beside the text; on a phone above it, closed. */
export function DocsNav({ items }: { items: readonly Item[] }) {
  const pathname = usePathname();
  const links = items.map(({ href, label }) => (
    <Link
      key={href}
      href={href}
      prefetch={false}
      className={classes.link}
      aria-current={pathname === href ? "page" : undefined}
    >
      {label}
    </Link>
  ));
  return (
    <nav className={classes.nav} aria-label="Documentation">
      <details key={pathname} className={classes.short}>
        <summary>All guides</summary>
        {links}
      </details>
      <div className={classes.long}>{links}</div>
    </nav>
  );
}
