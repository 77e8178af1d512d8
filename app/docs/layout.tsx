import { Box, Container, Group } from "@mantine/core";
import Link from "next/link";
import type { ReactNode } from "react";
import { ButtonLink } from "../_components/links.tsx";
import { Logo } from "../_components/logo.tsx";
import { findUser } from "../_components/user.ts";
import classes from "./docs.module.css";
import { DocsNav } from "./docs-nav.tsx";
import { listGuides } from "./guides.ts";

export default async function DocsLayout({ children }: { children: ReactNode }) {
  const [user, guides] = await Promise.all([findUser(), listGuides()]);
  return (
    <>
      <Box component="header" className={classes.header ?? ""}>
        <Container size={1160} px="lg">
          <Group h={60} justify="space-between" wrap="nowrap">
            <Link href="/" prefetch={false} aria-label="FLTR: home" style={{ textDecoration: "none" }}>
              <Logo />
            </Link>
            <ButtonLink href={user ? "/overview" : "/sign-in"} size="sm" variant="default">
              {user ? "Open the dashboard" : "Sign in"}
            </ButtonLink>
          </Group>
        </Container>
      </Box>
      <Container size={1160} px="lg">
        <div className={classes.body}>
          <DocsNav
            items={[
              { href: "/docs", label: "Guides" },
              ...guides.map(({ slug, title }) => ({ href: `/docs/${slug}`, label: title })),
              { href: "/docs/reference", label: "API reference" },
            ]}
          />
          <main id="main" tabIndex={-1} style={{ outline: "none", minWidth: 0 }}>
            {children}
          </main>
        </div>
      </Container>
    </>
  );
}
