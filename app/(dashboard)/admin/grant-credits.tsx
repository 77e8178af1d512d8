"use client";

import { Modal, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { isNotEmpty, useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { FormButtons } from "../../_components/form-buttons.tsx";
import { count, formatNumber } from "../../_components/format.ts";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";

/** An account, or the request of one that is granted. */
export type Recipient = {
  userId: string;
  /** A name and an address, or the address alone. */
  words: string;
  balance?: number;
  request?: { id: string; amount: number };
};

export function GrantCredits(props: { recipient: Recipient | null; onClose: () => void }) {
  const { recipient, onClose } = props;
  return (
    <Modal
      opened={recipient !== null}
      onClose={onClose}
      title={recipient?.request ? "Grant this request" : "Give credits"}
    >
      {recipient && <GrantForm recipient={recipient} onClose={onClose} />}
    </Modal>
  );
}

function GrantForm({ recipient, onClose }: { recipient: Recipient; onClose: () => void }) {
  const { userId, words, balance, request } = recipient;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useForm({
    initialValues: { amount: request?.amount ?? 10_000, reason: request ? "As you asked" : "" },
    validate: {
      amount: (amount) => (Number.isInteger(amount) && amount > 0 ? null : "Enter a whole number above 0"),
      reason: isNotEmpty("Say why; it stands in the account’s statement"),
    },
  });
  const grant = useMutation(
    trpc.admin.grantCredits.mutationOptions({
      onSuccess: (changed) => {
        notifications.show({ message: `${words} now has ${count(changed.balance, "credit")}` });
        onClose();
        return Promise.all([
          queries.invalidateQueries(trpc.admin.pathFilter()),
          queries.invalidateQueries(trpc.credits.pathFilter()),
        ]);
      },
    }),
  );
  return (
    <form
      onSubmit={form.onSubmit((values) =>
        grant.mutate({ userId, ...values, ...(request ? { requestId: request.id } : {}) }),
      )}
    >
      <Stack>
        <ProblemAlert error={grant.error} />
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          To {words}
          {balance === undefined ? "" : `, who has ${formatNumber(balance)} credits`}.
          {request ? ` Asked for: ${formatNumber(request.amount)}.` : ""}
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
        <FormButtons onCancel={onClose} busy={grant.isPending}>
          Give credits
        </FormButtons>
      </Stack>
    </form>
  );
}
