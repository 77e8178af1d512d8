import { Stack, Text, Title } from "@mantine/core";
import type { Metadata } from "next";
import { env } from "#env";
import { openApiDocument } from "#server/rest/openapi.ts";
import { TextLink } from "../../_components/links.tsx";
import { operationsOf } from "./operation.ts";
import { OperationBox } from "./operation-box.tsx";
import { TryKey } from "./try-key.tsx";

export const metadata: Metadata = { title: "API reference" };

export default function ReferencePage() {
  const byTag = Map.groupBy(operationsOf(openApiDocument()), ({ tag }) => tag);
  return (
    <Stack gap="xl" maw="52rem">
      <div>
        <Title order={1}>API reference</Title>
        <Text c="dimmed" mt={4}>
          Every path is under <code>{env.appUrl}/api/v1</code>. Programs may read this as an{" "}
          <TextLink href="/api/v1/openapi.json" inherit>
            OpenAPI document
          </TextLink>
          .
        </Text>
      </div>
      <TryKey>
        {[...byTag].map(([tag, operations]) => (
          <section key={tag} aria-labelledby={`tag-${tag}`}>
            <Title order={2} fz="lg" id={`tag-${tag}`} mb="sm" tt="capitalize">
              {tag}
            </Title>
            <Stack gap="xs">
              {operations.map((operation) => (
                <OperationBox key={operation.id} operation={operation} />
              ))}
            </Stack>
          </section>
        ))}
      </TryKey>
    </Stack>
  );
}
