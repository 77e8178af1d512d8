import { Center, Stack, Text, Title } from "@mantine/core";
import type { Metadata } from "next";
import { ButtonLink, TextLink } from "./_components/links.tsx";
import { Logo } from "./_components/logo.tsx";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <Center component="main" id="main" mih="100dvh" p="md">
      <Stack align="center" ta="center">
        <TextLink href="/" underline="never" aria-label="FLTR home">
          <Logo />
        </TextLink>
        <Title order={1} fz={26} mt="lg">
          There is nothing at this address
        </Title>
        <Text c="dimmed" maw="44ch">
          The page may have moved, or the link may be mistyped.
        </Text>
        <ButtonLink href="/" variant="default">
          Go to the start page
        </ButtonLink>
      </Stack>
    </Center>
  );
}
