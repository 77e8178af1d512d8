import { Anchor, Box, Container, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { signUpGrant } from "#server/operations.ts";
import { formatNumber } from "../format.ts";
import { ButtonLink, TextLink } from "../links.tsx";
import { Logo } from "../logo.tsx";
import { AnswerPicture } from "./answer-picture.tsx";
import { Connect } from "./connect.tsx";
import classes from "./landing.module.css";
import { Promises } from "./promises.tsx";

export function Landing({ signedIn, address }: { signedIn: boolean; address: string }) {
  return (
    <>
      <Box component="header" className={classes.header}>
        <Container size={1160} px="lg">
          <Group h={64} justify="space-between" wrap="nowrap">
            <Logo />
            <Group gap="xs" wrap="nowrap">
              <ButtonLink href="/docs" size="sm" variant="subtle" visibleFrom="sm">
                Guides
              </ButtonLink>
              {signedIn ? (
                <ButtonLink href="/overview" size="sm">
                  Open the dashboard
                </ButtonLink>
              ) : (
                <>
                  <ButtonLink href="/sign-in" size="sm" variant="subtle">
                    Sign in
                  </ButtonLink>
                  <ButtonLink href="/sign-up" size="sm">
                    Sign up
                  </ButtonLink>
                </>
              )}
            </Group>
          </Group>
        </Container>
      </Box>
      <main id="main" tabIndex={-1} style={{ outline: "none" }}>
        <Container size={1160} px="lg" className={classes.hero}>
          <SimpleGrid
            cols={{ base: 1, md: 2 }}
            spacing={{ base: 48, md: 64 }}
            style={{ alignItems: "center" }}
          >
            <Stack gap="lg">
              <Title order={1} className={classes.title}>
                Your documents, searchable by every AI app. On your terms.
              </Title>
              <Text className={classes.lead} c="dimmed">
                Drop in a folder of documents. FLTR makes it a search service for Claude, Cursor, VS Code and
                your own programs. Each app gets datasets and a budget of its own, sees what it has left,
                leaves a receipt for what it read, and stops the moment you say so.
              </Text>
              <Group gap="sm">
                <ButtonLink href={signedIn ? "/overview" : "/sign-up"} size="md">
                  {signedIn ? "Open the dashboard" : "Get started"}
                </ButtonLink>
                <ButtonLink href="#connect" size="md" variant="default">
                  See how apps connect
                </ButtonLink>
              </Group>
              <Text size="sm" c="dimmed">
                {formatNumber(signUpGrant)} credits with each new account. It runs on your own machine.
              </Text>
            </Stack>
            <AnswerPicture />
          </SimpleGrid>
        </Container>
        <Promises />
        <Connect address={address} />
      </main>
      <Box component="footer" className={classes.footer}>
        <Container size={1160} px="lg" py="xl">
          <Group justify="space-between">
            <Text size="sm" c="dimmed">
              FLTR
            </Text>
            <Group gap="lg">
              <TextLink href="/docs" size="sm">
                Guides
              </TextLink>
              <TextLink href="/docs/reference" size="sm">
                API reference
              </TextLink>
              <Anchor href="/api/v1/openapi.json" size="sm">
                OpenAPI document
              </Anchor>
            </Group>
          </Group>
        </Container>
      </Box>
    </>
  );
}
