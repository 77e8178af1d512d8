"use client";

import { Button, NumberInput, Paper, Stack, Switch, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";

const longest = 400;

type Settings = { keepDays: number; keepQueries: boolean };

export function ReceiptSettings() {
  const trpc = useTRPC();
  const { data, error, refetch } = useQuery(trpc.receipts.getSettings.queryOptions({}));
  return (
    <Paper component="section" aria-labelledby="receipt-settings" withBorder p="lg" mt="xl">
      <Title id="receipt-settings" order={2} fz="lg" mb="md">
        What is kept
      </Title>
      <ProblemAlert error={error} onRetry={() => void refetch()} />
      {data && <SettingsForm key={JSON.stringify(data)} settings={data} />}
    </Paper>
  );
}

function SettingsForm({ settings }: { settings: Settings }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [keepDays, setKeepDays] = useState<number | string>(settings.keepDays);
  const [keepQueries, setKeepQueries] = useState(settings.keepQueries);
  const save = useMutation(
    trpc.receipts.settings.mutationOptions({
      onSuccess: () => {
        notifications.show({ message: "Saved" });
        return queries.invalidateQueries(trpc.receipts.pathFilter());
      },
    }),
  );
  const valid =
    typeof keepDays === "number" && Number.isInteger(keepDays) && keepDays >= 1 && keepDays <= longest;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (valid) save.mutate({ keepDays, keepQueries });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemAlert error={save.error} />
        <NumberInput
          label="Keep receipts for"
          description={`1 to ${longest} days. Older ones are removed for good.`}
          min={1}
          max={longest}
          allowDecimal={false}
          suffix=" days"
          styles={{ wrapper: { maxWidth: 240 } }}
          error={valid ? null : `Enter 1 to ${longest}`}
          value={keepDays}
          onChange={setKeepDays}
        />
        <Switch
          label="Keep the words of each query"
          description="Off: receipts from now on say what was read, not what was asked."
          checked={keepQueries}
          onChange={(event) => setKeepQueries(event.currentTarget.checked)}
        />
        <div>
          <Button type="submit" variant="default" loading={save.isPending}>
            Save
          </Button>
        </div>
      </Stack>
    </form>
  );
}
