"use client";

import { Center, Stack, Title } from "@mantine/core";
import { ProblemText } from "./_components/problem-text.tsx";

export default function PageError({ retry }: { error: unknown; retry: () => void }) {
  return (
    <Center component="main" id="main" mih="100dvh" p="md">
      <Stack maw={480}>
        <Title order={1} fz={26}>
          This page could not be shown
        </Title>
        <ProblemText
          detail="Something went wrong while the page was made."
          hint="Nothing was lost or charged. Try again in a moment."
          onRetry={retry}
        />
      </Stack>
    </Center>
  );
}
