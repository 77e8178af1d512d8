"use client";

import { Skeleton, Stack, Switch, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type MailKind, mailKinds } from "#server/operations.ts";
import { TextLink } from "../../../_components/links.tsx";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { problemOf } from "../../../_trpc/problem.ts";
import { useTRPC } from "../../../_trpc/provider.tsx";
import { Section } from "../section.tsx";

const words: Record<MailKind, { label: string; description: string }> = {
  lowBalance: {
    label: "Credits run low",
    description: "Once each time the balance falls below your threshold",
  },
  creditRequests: {
    label: "Credits you asked for",
    description: "When an admin granted or declined your request",
  },
  payments: {
    label: "Payments",
    description: "Receipts of what you bought, and an automatic top-up that failed",
  },
  answers: {
    label: "Answers got worse",
    description: "When a dataset's golden questions find less after its documents changed",
  },
};

export function NotificationsView() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const mails = useQuery(trpc.account.mails.queryOptions({}));
  const queryKey = trpc.account.mails.queryKey({});
  const save = useMutation(
    trpc.account.setMails.mutationOptions({
      onError: (error) => {
        const { detail, hint } = problemOf(error);
        notifications.show({ color: "red", title: detail, message: hint });
      },
      onSettled: () => queries.invalidateQueries({ queryKey }),
    }),
  );
  const set = (kind: MailKind, wanted: boolean) => {
    void queries.cancelQueries({ queryKey });
    queries.setQueryData(queryKey, (known) => known && { ...known, [kind]: wanted });
    save.mutate({ [kind]: wanted });
  };
  return (
    <Stack maw={720}>
      <Section
        title="Mails you get"
        description={
          <>
            The threshold of the balance is set under <TextLink href="/credits">Credits</TextLink>; whether a
            dataset's questions are asked again, in the dataset under Quality.
          </>
        }
      >
        <ProblemAlert error={mails.error} onRetry={() => void mails.refetch()} />
        {mails.isPending && <Skeleton h={200} />}
        {mails.data && (
          <Stack gap="md">
            {mailKinds.map((kind) => (
              <Switch
                key={kind}
                {...words[kind]}
                checked={mails.data[kind]}
                onChange={({ currentTarget }) => set(kind, currentTarget.checked)}
              />
            ))}
          </Stack>
        )}
        <Text size="sm" c="dimmed">
          Mails about a new sign-in, a changed password or address, passkeys and the end of the account always
          come: they are how you notice somebody else.
        </Text>
      </Section>
    </Stack>
  );
}
