import { Center, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { TextLink } from "../_components/links.tsx";
import { Logo } from "../_components/logo.tsx";

export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <Center component="main" id="main" mih="100dvh" p="md" bg="var(--fltr-quiet)">
      <Stack w="100%" maw={560} gap="xl" py="xl">
        <TextLink href="/" underline="never" aria-label="FLTR home" mx="auto">
          <Logo />
        </TextLink>
        {children}
      </Stack>
    </Center>
  );
}
