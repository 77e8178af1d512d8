"use client";

import { Paper, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { operations } from "#server/operations.ts";
import { count, formatNumber } from "../../_components/format.ts";
import { TextLink } from "../../_components/links.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { LimitList } from "./limit-list.tsx";
import { Statement } from "./statement.tsx";

const price = operations["search.query"].priceCredits;

export function CreditsView({ admin }: { admin: boolean }) {
  const trpc = useTRPC();
  const credits = useQuery(trpc.credits.get.queryOptions({}));
  const searches = Math.floor((credits.data?.balance ?? 0) / price);
  return (
    <>
      <PageHeader
        title="Credits"
        description={`A search costs ${price} credits. One that finds nothing, or fails, costs nothing. Everything else is free.`}
      />
      <Stack gap={40}>
        <ProblemAlert error={credits.error} onRetry={() => void credits.refetch()} />
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Figure
            label="Balance"
            value={credits.data?.balance}
            note={`Enough for ${count(searches, "search", "searches")}`}
          />
          <Figure
            label="Held"
            value={credits.data?.held}
            note="Set aside for calls under way; charged or given back within two minutes"
          />
        </SimpleGrid>
        <Paper withBorder p="lg">
          <Text fw={550}>Need more?</Text>
          <Text size="sm" c="dimmed" mt={4}>
            {admin ? (
              <>
                You are an admin: give credits to any account, also your own, on the page{" "}
                <TextLink href="/admin">Accounts</TextLink>.
              </>
            ) : (
              "Ask an admin of this installation. Credits that they give you show here at once, with the reason."
            )}
          </Text>
        </Paper>
        <section aria-labelledby="limits">
          <Title order={2} fz="lg" mb="sm" id="limits">
            Limits
          </Title>
          <LimitList />
        </section>
        <section aria-labelledby="statement">
          <Title order={2} fz="lg" mb="sm" id="statement">
            Statement
          </Title>
          <Statement />
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
