"use client";

import { Button, Group, Modal, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { isNotEmpty, useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { formatNumber } from "../../_components/format.ts";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";

export type Account = { id: string; name: string; email: string; balance: number };

export function GrantCredits({ account, onClose }: { account: Account | null; onClose: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useForm({
    initialValues: { amount: 10_000, reason: "" },
    validate: {
      amount: (amount) => (Number.isInteger(amount) && amount > 0 ? null : "Enter a whole number above 0"),
      reason: isNotEmpty("Say why; it stands in the account’s statement"),
    },
  });
  const grant = useMutation(
    trpc.admin.grantCredits.mutationOptions({
      onSuccess: ({ balance }) => {
        notifications.show({
          message: `${account?.name ?? "The account"} now has ${formatNumber(balance)} credits`,
        });
        form.reset();
        onClose();
        return Promise.all([
          queries.invalidateQueries(trpc.admin.pathFilter()),
          queries.invalidateQueries(trpc.credits.pathFilter()),
        ]);
      },
    }),
  );
  return (
    <Modal opened={account !== null} onClose={onClose} title="Give credits">
      <form
        onSubmit={form.onSubmit((values) => {
          if (account) grant.mutate({ userId: account.id, ...values });
        })}
      >
        <Stack>
          <ProblemAlert error={grant.error} />
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            To {account?.name} ({account?.email}), who has {formatNumber(account?.balance ?? 0)} credits.
          </Text>
          <NumberInput
            label="Credits"
            min={1}
            max={1_000_000_000}
            allowDecimal={false}
            thousandSeparator=","
            data-autofocus
            {...form.getInputProps("amount")}
          />
          <TextInput
            label="Reason"
            description="The account’s owner reads it in the statement"
            maxLength={500}
            {...form.getInputProps("reason")}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={grant.isPending}>
              Give credits
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
