"use client";

import { Group, Stack, Title } from "@mantine/core";
import { TextLink } from "../../_components/links.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { Alerts } from "./alerts.tsx";
import { Checklist } from "./checklist.tsx";
import { LastReceipts } from "./last-receipts.tsx";
import { Spending } from "./spending.tsx";

export function OverviewView({ name, models }: { name: string; models: readonly string[] }) {
  return (
    <>
      <PageHeader title="Overview" description={`Hello ${name}. Who reads what here, and what it costs.`} />
      <Stack gap={32}>
        <Checklist models={models} />
        <Alerts />
        <Spending />
        <section aria-labelledby="last-receipts">
          <Group justify="space-between" mb="sm">
            <Title order={2} fz="lg" id="last-receipts">
              Last receipts
            </Title>
            <TextLink href="/receipts" size="sm">
              All receipts
            </TextLink>
          </Group>
          <LastReceipts />
        </section>
      </Stack>
    </>
  );
}
