import { Box, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { TextLink } from "../_components/links.tsx";
import { Logo } from "../_components/logo.tsx";

export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    // Not in the middle: what is above would move when a form gets longer.
    <Box component="main" id="main" mih="100dvh" px="md" pt="max(2rem, 12dvh)" pb="xl" bg="var(--fltr-quiet)">
      <Stack maw={560} mx="auto" gap="xl">
        <TextLink href="/" underline="never" aria-label="FLTR home" mx="auto">
          <Logo />
        </TextLink>
        {children}
      </Stack>
    </Box>
  );
}
