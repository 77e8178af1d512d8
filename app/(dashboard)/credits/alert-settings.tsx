"use client";

import { Button, Group, NumberInput, Paper, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { defaultLowThreshold } from "#server/operations.ts";
import { formatNumber } from "../../_components/format.ts";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";

export function AlertSettings({ threshold }: { threshold: number }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [value, setValue] = useState<number | string>(threshold);
  const save = useMutation(
    trpc.credits.settings.mutationOptions({
      onSuccess: (settings) => {
        setValue(settings.threshold);
        notifications.show({
          message:
            settings.threshold > 0
              ? `You are told below ${formatNumber(settings.threshold)} credits`
              : "You are not told when credits run low",
        });
        return queries.invalidateQueries(trpc.credits.get.pathFilter());
      },
    }),
  );
  const valid = typeof value === "number" && Number.isInteger(value) && value >= 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (valid) save.mutate({ threshold: value });
  };
  return (
    <Paper withBorder p="lg">
      <form onSubmit={submit}>
        <Stack>
          <ProblemAlert error={save.error} />
          <NumberInput
            label="Tell me when the balance falls below"
            description={`Here and by mail, once each time it happens. 0: never. Without a choice of yours it is ${formatNumber(defaultLowThreshold)}.`}
            min={0}
            max={1_000_000_000}
            allowDecimal={false}
            thousandSeparator=","
            suffix=" credits"
            styles={{ wrapper: { maxWidth: 240 } }}
            error={valid ? null : "Enter a whole number, or 0"}
            value={value}
            onChange={setValue}
          />
          <Group gap="xs">
            <Button type="submit" variant="default" loading={save.isPending}>
              Save
            </Button>
            {threshold !== defaultLowThreshold && (
              <Button variant="subtle" onClick={() => save.mutate({ threshold: null })}>
                Use the default
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
