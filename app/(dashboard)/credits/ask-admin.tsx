"use client";

import { Button, Group, NumberInput, Paper, Stack, Text, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { count } from "../../_components/format.ts";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { TimeText } from "../../_components/time-text.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";

export function AskAdmin() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { data } = useQuery(trpc.credits.get.queryOptions({}));
  const form = useForm({
    initialValues: { amount: 10_000, message: "" },
    validate: {
      amount: (amount) => (Number.isInteger(amount) && amount > 0 ? null : "Enter a whole number above 0"),
    },
  });
  // A refusal may come of a request that was made elsewhere: then that one is shown.
  const ask = useMutation(
    trpc.credits.request.mutationOptions({
      onSettled: () => queries.invalidateQueries(trpc.credits.get.pathFilter()),
    }),
  );
  if (data?.openRequest) {
    const { amount, createdAt } = data.openRequest;
    return (
      <Paper withBorder p="lg" role="status">
        <Text fw={550}>You asked for {count(amount, "credit")}</Text>
        <Text size="sm" c="dimmed" mt={4}>
          <TimeText value={createdAt} />
        </Text>
        <Text size="sm" c="dimmed" mt={4}>
          An admin of this installation decides. What you are given shows here and in your statement at once.
        </Text>
      </Paper>
    );
  }
  return (
    <Paper withBorder p="lg">
      <form onSubmit={form.onSubmit((values) => ask.mutate(values))}>
        <Stack>
          <div>
            <Text fw={550}>Ask your admin</Text>
            <Text size="sm" c="dimmed" mt={4}>
              Credits are not sold here: an admin gives them, with a reason that you read in your statement.
            </Text>
          </div>
          <ProblemAlert error={ask.error} />
          <NumberInput
            label="Credits"
            maw={240}
            min={1}
            max={1_000_000_000}
            allowDecimal={false}
            thousandSeparator=","
            {...form.getInputProps("amount")}
          />
          <Textarea
            label="What they are for"
            description="The admin reads this"
            autosize
            minRows={2}
            maxRows={6}
            maxLength={1000}
            {...form.getInputProps("message")}
          />
          <Group>
            <Button type="submit" loading={ask.isPending}>
              Ask for credits
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
