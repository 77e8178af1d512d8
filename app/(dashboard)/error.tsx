"use client";

import { PageHeader } from "../_components/page-header.tsx";
import { ProblemText } from "../_components/problem-text.tsx";

export default function DashboardError({ retry }: { error: unknown; retry: () => void }) {
  return (
    <>
      <PageHeader title="This page could not be shown" />
      <ProblemText
        detail="Something went wrong while the page was made."
        hint="Nothing was lost or charged. If you made very many calls within the hour, wait a little."
        onRetry={retry}
      />
    </>
  );
}
