"use client";

import {
  Button,
  Group,
  Modal,
  NumberInput,
  Radio,
  RadioGroup,
  Select,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { isNotEmpty, useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { tierNames } from "#server/operations.ts";
import { formatNumber, formatWindow } from "../../_components/format.ts";
import { limitWords, pointsInTable, settableLimits } from "../../_components/limit-words.ts";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";

type Account = { id: string; name: string };

/** Of somebody else, whose dashboard and keys they are. */
const tierWords: Record<string, string> = {
  [tierNames.session]: "Dashboard and connected apps",
  [tierNames.apiKey]: "All keys together",
};
const wordsFor = (name: string) => tierWords[name] ?? limitWords(name);
const choices = settableLimits.map((name) => ({ value: name, label: wordsFor(name) }));

export function SetLimits({ account, onClose }: { account: Account | null; onClose: () => void }) {
  return (
    <Modal opened={account !== null} onClose={onClose} title={`Limits of ${account?.name ?? ""}`}>
      {account && <LimitForm account={account} onClose={onClose} />}
    </Modal>
  );
}

function LimitForm({ account, onClose }: { account: Account; onClose: () => void }) {
  const trpc = useTRPC();
  const form = useForm({
    initialValues: { name: settableLimits[0] ?? "", source: "own", points: 10_000, reason: "" },
    validate: {
      points: (points, { source }) =>
        source === "table" || (Number.isInteger(points) && points >= 0) ? null : "Enter a whole number, or 0",
      reason: isNotEmpty("Say why; other admins read it"),
    },
  });
  const set = useMutation(
    trpc.admin.setLimit.mutationOptions({ onSuccess: () => form.setFieldValue("reason", "") }),
  );
  const usual = pointsInTable(form.values.name);
  const window = formatWindow(usual?.windowSeconds ?? 3600);
  const overrides = Object.entries(set.data?.overrides ?? {});
  return (
    <form
      onSubmit={form.onSubmit(({ name, source, points, reason }) =>
        set.mutate({ userId: account.id, name, reason, points: source === "table" ? null : points }),
      )}
    >
      <Stack>
        <ProblemAlert error={set.error} />
        <Select label="Limit" data={choices} allowDeselect={false} {...form.getInputProps("name")} />
        <RadioGroup label="Calls admitted" {...form.getInputProps("source")}>
          <Stack gap="sm" mt="xs">
            <Radio value="own" label="A number of their own" />
            <Radio
              value="table"
              label="As the table says"
              description={`${formatNumber(usual?.points ?? 0)} in any ${window}, more for some roles and balances`}
            />
          </Stack>
        </RadioGroup>
        {form.values.source === "own" && (
          <NumberInput
            label={`Calls in any ${window}`}
            description="0: none at all. In force on the next call"
            min={0}
            max={100_000_000}
            allowDecimal={false}
            thousandSeparator=","
            {...form.getInputProps("points")}
          />
        )}
        <TextInput label="Reason" maxLength={500} {...form.getInputProps("reason")} />
        {set.data && (
          <Text size="sm" role="status">
            {overrides.length === 0
              ? "Saved. All limits are as the table says."
              : `Saved. Set for this account: ${overrides
                  .map(([name, points]) => `${wordsFor(name)}, ${formatNumber(points)}`)
                  .join("; ")}.`}
          </Text>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {set.data ? "Close" : "Cancel"}
          </Button>
          <Button type="submit" loading={set.isPending}>
            Set limit
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
