"use client";

import { Anchor, type AnchorProps, Button, type ButtonProps } from "@mantine/core";
import Link from "next/link";
import type { ReactNode } from "react";

// Pages are made when they are asked for: fetched ahead, their frame alone saves nothing.
type LinkProps = { href: string; children: ReactNode };

export function ButtonLink({ href, children, ...props }: ButtonProps & LinkProps) {
  return (
    <Button component={Link} href={href} prefetch={false} {...props}>
      {children}
    </Button>
  );
}

export function TextLink({ href, children, ...props }: AnchorProps & LinkProps) {
  return (
    <Anchor component={Link} href={href} prefetch={false} {...props}>
      {children}
    </Anchor>
  );
}
