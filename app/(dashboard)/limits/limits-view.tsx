"use client";

import { Stack } from "@mantine/core";
import { PageHeader } from "../../_components/page-header.tsx";
import { PageSection } from "../../_components/page-section.tsx";
import { LimitList } from "./limit-list.tsx";
import { RefusalTable } from "./refusal-table.tsx";

export function LimitsView() {
  return (
    <>
      <PageHeader
        title="Limits"
        description="How many calls your account may make. A limit counts the calls of the last hour, at every moment: each call frees an hour after it was made. Apps and keys can have a smaller limit of their own, set where they are listed."
      />
      <Stack gap={40}>
        <section aria-label="Your limits now">
          <LimitList />
        </section>
        <PageSection id="refused" title="Refused in the last 7 days">
          <RefusalTable />
        </PageSection>
      </Stack>
    </>
  );
}
