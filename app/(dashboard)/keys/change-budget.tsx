"use client";

import { Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { problemOfCredits, toBudget, usedText, valuesOf } from "../../_components/access-fields/budget.ts";
import { BudgetFields } from "../../_components/access-fields/budget-fields.tsx";
import { FormButtons } from "../../_components/form-buttons.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import type { Key } from "./key-table.tsx";

export function ChangeBudget(props: { apiKey: Key; opened: boolean; onClose: () => void }) {
  const { apiKey, opened, onClose } = props;
  return (
    <Modal opened={opened} onClose={onClose} title={`Budget of ${apiKey.name}`}>
      <BudgetForm apiKey={apiKey} onClose={onClose} />
    </Modal>
  );
}

function BudgetForm({ apiKey, onClose }: { apiKey: Key; onClose: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [values, setValues] = useState(valuesOf(apiKey.budget));
  const problem = problemOfCredits(values);
  const change = useMutation(
    trpc.keys.update.mutationOptions({
      onSuccess: () => {
        onClose();
        return queries.invalidateQueries(trpc.keys.pathFilter());
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (problem === null) change.mutate({ keyId: apiKey.id, budget: toBudget(values) });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemAlert error={change.error} />
        {apiKey.budget && (
          <Text size="sm">
            Used: {usedText(apiKey.budget)}. The key’s next call goes by what you save here; with another
            period the count begins at 0.
          </Text>
        )}
        <BudgetFields
          period={values.period}
          credits={values.credits}
          onPeriod={(period) => setValues({ ...values, period })}
          onCredits={(credits) => setValues({ ...values, credits })}
          error={problem}
        />
        <FormButtons onCancel={onClose} busy={change.isPending}>
          Save budget
        </FormButtons>
      </Stack>
    </form>
  );
}
