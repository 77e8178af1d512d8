"use client";

import { Group, Paper, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { ingestionPrice, operations, vectorPrice } from "#server/operations.ts";
import { count, formatNumber } from "../../_components/format.ts";
import { PageHeader } from "../../_components/page-header.tsx";
import { PageSection } from "../../_components/page-section.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { useOffer } from "../offer.tsx";
import { AlertSettings } from "./alert-settings.tsx";
import { CheckoutNote } from "./checkout-note.tsx";
import { type EntryFilters, readEntryFilters, writeEntryFilters } from "./entry-filters.ts";
import { ExportStatement } from "./export-statement.tsx";
import { LowBalance } from "./low-balance.tsx";
import { MoreCredits } from "./more-credits.tsx";
import { Statement } from "./statement.tsx";
import { StatementFilters } from "./statement-filters.tsx";
import { TopUpSettings } from "./top-up-settings.tsx";

const price = operations["search.query"].priceCredits;
const readingText = `Adding documents costs ${count(ingestionPrice.credits, "credit")} for each full ${formatNumber(ingestionPrice.characters)} characters`;
const vectorText = `, and ${count(vectorPrice.credits, "credit")} for each full ${formatNumber(vectorPrice.characters)} where a model makes the vectors`;
/** Stripe confirms within seconds; after so many looks it will not be soon. */
const looksAfterCheckout = 20;

export function CreditsView(props: { admin: boolean; checkout: "done" | "cancelled" | null }) {
  const trpc = useTRPC();
  const { embedding } = useOffer();
  const search = new URLSearchParams(useSearchParams());
  const filters = readEntryFilters(search);
  const setFilters = (changed: EntryFilters) => {
    const to = writeEntryFilters(search, changed);
    window.history.replaceState(null, "", to ? `?${to}` : window.location.pathname);
  };
  const credits = useQuery({
    ...trpc.credits.get.queryOptions({}),
    refetchInterval: ({ state }) =>
      props.checkout === "done" && state.dataUpdateCount < looksAfterCheckout ? 3_000 : false,
  });
  const packs = useQuery(trpc.credits.packs.queryOptions({}));
  const { balance = 0, low = false, threshold = 0, topUp } = credits.data ?? {};
  return (
    <>
      <PageHeader
        title="Credits"
        description={`A search costs ${price} credits; one that finds nothing, or fails, costs nothing. ${readingText}${embedding ? vectorText : ""}. Everything else is free.`}
      />
      <Stack gap={40}>
        <ProblemAlert error={credits.error} onRetry={() => void credits.refetch()} />
        {props.checkout && <CheckoutNote outcome={props.checkout} />}
        {low && <LowBalance balance={balance} threshold={threshold} />}
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Figure
            label="Balance"
            value={credits.data?.balance}
            note={
              credits.error
                ? "Not known for now"
                : `Enough for ${count(Math.floor(balance / price), "search", "searches")}`
            }
          />
          <Figure
            label="Held"
            value={credits.data?.held}
            note="Set aside for calls under way; charged or given back within two minutes"
          />
        </SimpleGrid>
        <PageSection id="more" title="More credits">
          <MoreCredits admin={props.admin} />
        </PageSection>
        {topUp && (
          <PageSection id="alerts" title="When credits run low">
            <Stack>
              <AlertSettings threshold={threshold} />
              {packs.data?.canBuy && <TopUpSettings topUp={topUp} />}
            </Stack>
          </PageSection>
        )}
        <section aria-labelledby="statement">
          <Group justify="space-between" mb="sm">
            <Title order={2} fz="lg" id="statement">
              Statement
            </Title>
            <ExportStatement filters={filters} />
          </Group>
          <StatementFilters filters={filters} onChange={setFilters} />
          <Statement key={JSON.stringify(filters)} filters={filters} />
        </section>
      </Stack>
    </>
  );
}

function Figure({ label, value, note }: { label: string; value: number | undefined; note: string }) {
  return (
    <Paper withBorder p="lg">
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text fz={32} fw={620} lh={1.3} className="numeric">
        {value === undefined ? "…" : formatNumber(value)}
      </Text>
      <Text size="sm" c="dimmed">
        {note}
      </Text>
    </Paper>
  );
}
