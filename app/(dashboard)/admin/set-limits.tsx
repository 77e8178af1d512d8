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
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { formatNumber, formatWindow } from "../../_components/format.ts";
import { pointsInTable, settableLimits } from "../../_components/limit-words.ts";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { limitOfOthers } from "./limit-of-others.ts";

export type LimitedAccount = { id: string; name: string; overrides: Record<string, number> };

const choices = settableLimits.map((name) => ({ value: name, label: limitOfOthers(name) }));

/** What the form shows of a limit: what is set, or the table's number to begin with. */
function settingOf(name: string, overrides: Record<string, number>) {
  return { name, source: "own", points: overrides[name] ?? pointsInTable(name)?.points ?? 0 };
}

export function SetLimits({ account, onClose }: { account: LimitedAccount | null; onClose: () => void }) {
  return (
    <Modal opened={account !== null} onClose={onClose} title={`Limits of ${account?.name ?? ""}`}>
      {account && <LimitForm account={account} onClose={onClose} />}
    </Modal>
  );
}

function LimitForm({ account, onClose }: { account: LimitedAccount; onClose: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useForm({
    initialValues: { ...settingOf(settableLimits[0] ?? "", account.overrides), reason: "" },
    validate: {
      points: (points, { source }) =>
        source === "table" || (Number.isInteger(points) && points >= 0) ? null : "Enter a whole number, or 0",
      reason: isNotEmpty("Say why; other admins read it"),
    },
  });
  const set = useMutation(
    trpc.admin.setLimit.mutationOptions({
      onSuccess: () => {
        form.setFieldValue("reason", "");
        return queries.invalidateQueries(trpc.admin.users.pathFilter());
      },
    }),
  );
  const usual = pointsInTable(form.values.name);
  const window = formatWindow(usual?.windowSeconds ?? 3600);
  const overrides = set.data?.overrides ?? account.overrides;
  const setWords = Object.entries(overrides)
    .map(([name, points]) => `${limitOfOthers(name)}, ${formatNumber(points)}`)
    .join("; ");
  return (
    <form
      onSubmit={form.onSubmit(({ name, source, points, reason }) =>
        set.mutate({ userId: account.id, name, reason, points: source === "table" ? null : points }),
      )}
    >
      <Stack>
        <ProblemAlert error={set.error} />
        <Text size="sm" role="status">
          {set.data && "Saved. "}
          {setWords ? `Set for this account: ${setWords}.` : "All limits are as the table says."}
        </Text>
        <Select
          label="Limit"
          data={choices}
          allowDeselect={false}
          {...form.getInputProps("name")}
          onChange={(name) => name && form.setValues(settingOf(name, overrides))}
        />
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
