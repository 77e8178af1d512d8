import { Stack, Text, Title } from "@mantine/core";
import type { Metadata } from "next";
import { TextLink } from "../_components/links.tsx";
import { listGuides } from "./guides.ts";

export const metadata: Metadata = { title: "Guides" };

export default async function DocsPage() {
  const guides = await listGuides();
  return (
    <Stack gap="lg" maw="46rem">
      <Title order={1}>Guides</Title>
      {guides.map(({ slug, title, lead }) => (
        <div key={slug}>
          <TextLink href={`/docs/${slug}`} fw={550}>
            {title}
          </TextLink>
          <Text c="dimmed">{lead}</Text>
        </div>
      ))}
      <div>
        <TextLink href="/docs/reference" fw={550}>
          API reference
        </TextLink>
        <Text c="dimmed">
          Every operation, with what it takes and answers, to be tried with your own key.
        </Text>
      </div>
    </Stack>
  );
}
