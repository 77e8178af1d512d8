"use client";

import { Button, Checkbox, Paper, SimpleGrid, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { creditPacks, operations } from "#server/operations.ts";
import { count, formatMoney, formatNumber } from "../../_components/format.ts";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";

const price = operations["search.query"].priceCredits;

type Pack = { id: string; credits: number; priceCents: number; currency: string };

export function PackList({ packs }: { packs: readonly Pack[] }) {
  const trpc = useTRPC();
  const [keep, setKeep] = useState(false);
  const checkout = useMutation(
    trpc.credits.checkout.mutationOptions({ onSuccess: ({ url }) => window.location.assign(url) }),
  );
  const buy = (id: string) => {
    const packId = creditPacks.find((pack) => pack.id === id)?.id;
    if (packId) checkout.mutate({ packId, savePaymentMethod: keep });
  };
  const leaving = checkout.isPending || checkout.isSuccess;
  return (
    <Stack>
      <ProblemAlert error={checkout.error} />
      <SimpleGrid cols={{ base: 1, sm: packs.length }}>
        {packs.map((pack) => (
          <Paper key={pack.id} withBorder p="lg">
            <Text fw={600} fz="lg" className="numeric">
              {formatNumber(pack.credits)} credits
            </Text>
            <Text size="sm" c="dimmed" mb="md">
              {count(Math.floor(pack.credits / price), "search", "searches")}
            </Text>
            <Button
              fullWidth
              variant="default"
              loading={leaving && checkout.variables?.packId === pack.id}
              disabled={leaving}
              onClick={() => buy(pack.id)}
              aria-label={`Buy ${formatNumber(pack.credits)} credits for ${formatMoney(pack)}`}
            >
              Buy for {formatMoney(pack)}
            </Button>
          </Paper>
        ))}
      </SimpleGrid>
      <Checkbox
        label="Keep the payment method for automatic top-ups"
        description="Stripe keeps it; this server never sees it. Nothing is bought by itself until you switch top-ups on."
        checked={keep}
        onChange={(event) => setKeep(event.currentTarget.checked)}
      />
    </Stack>
  );
}
