"use client";

import { Button, Group, NumberInput, Paper, Select, SimpleGrid, Stack, Switch, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { creditPacks, topUpsPerMonth } from "#server/operations.ts";
import { count, formatMoney, formatNumber } from "../../_components/format.ts";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { ProblemText } from "../../_components/problem-text.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";

export type TopUp = {
  enabled: boolean;
  below: number;
  packId: string | null;
  maxPerMonth: number;
  usedThisMonth: number;
  pausedReason: string | null;
  paymentMethodSaved: boolean;
};

const packs = creditPacks.map((pack) => ({
  value: pack.id,
  label: `${formatNumber(pack.credits)} credits for ${formatMoney(pack)}`,
}));

const isWhole = (least: number, most: number) => (value: number) =>
  Number.isInteger(value) && value >= least && value <= most
    ? null
    : `Enter a whole number from ${formatNumber(least)} to ${formatNumber(most)}`;

export function TopUpSettings({ topUp }: { topUp: TopUp }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useForm({
    initialValues: {
      enabled: topUp.enabled,
      below: topUp.below || 1_000,
      packId: topUp.packId ?? creditPacks[0].id,
      maxPerMonth: topUp.maxPerMonth,
    },
    validate: { below: isWhole(1, 1_000_000_000), maxPerMonth: isWhole(1, topUpsPerMonth.max) },
  });
  const save = useMutation(
    trpc.credits.settings.mutationOptions({
      onSuccess: (settings) => {
        notifications.show({
          message: settings.topUp.enabled ? "Automatic top-up is on" : "Automatic top-up is off",
        });
        return queries.invalidateQueries(trpc.credits.get.pathFilter());
      },
    }),
  );
  const submit = ({ packId, ...values }: typeof form.values) => {
    const known = creditPacks.find(({ id }) => id === packId)?.id;
    save.mutate({ topUp: { ...values, ...(known ? { packId: known } : {}) } });
  };
  if (!topUp.paymentMethodSaved) {
    return (
      <Paper withBorder p="lg">
        <Text fw={550}>Automatic top-up</Text>
        <Text size="sm" c="dimmed" mt={4}>
          Buy a pack once and tick “Keep the payment method”; then credits can be bought by themselves when
          they run low, with a ceiling that you set.
        </Text>
      </Paper>
    );
  }
  return (
    <Paper withBorder p="lg">
      <form onSubmit={form.onSubmit(submit)}>
        <Stack>
          {topUp.pausedReason && (
            <ProblemText
              detail="Automatic top-up is paused"
              hint={`${topUp.pausedReason} Save with the switch on to go on.`}
            />
          )}
          <ProblemAlert error={save.error} />
          <Switch
            label="Automatic top-up"
            description={`Buys a pack by itself when the balance falls below a number. This month: ${count(topUp.usedThisMonth, "time")}.`}
            {...form.getInputProps("enabled", { type: "checkbox" })}
          />
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            <NumberInput
              label="Below"
              min={1}
              allowDecimal={false}
              thousandSeparator=","
              suffix=" credits"
              {...form.getInputProps("below")}
            />
            <Select label="Buy" data={packs} allowDeselect={false} {...form.getInputProps("packId")} />
            <NumberInput
              label="At most, times a month"
              min={1}
              max={topUpsPerMonth.max}
              allowDecimal={false}
              {...form.getInputProps("maxPerMonth")}
            />
          </SimpleGrid>
          <Group>
            <Button type="submit" variant="default" loading={save.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
