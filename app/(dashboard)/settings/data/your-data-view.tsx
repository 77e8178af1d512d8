"use client";

import { Button, Group, List, ListItem, Modal, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { formatNumber } from "../../../_components/format.ts";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { problemOf } from "../../../_trpc/problem.ts";
import { useTRPC } from "../../../_trpc/provider.tsx";
import { useConfirmed } from "../confirm-yourself.tsx";
import { Section } from "../section.tsx";
import { type Account, useAccount } from "../use-account.ts";

export function YourDataView() {
  const { account, error, retry, refresh } = useAccount();
  return (
    <Stack maw={720}>
      <ProblemAlert error={error} onRetry={retry} />
      {!account && !error && <Skeleton h={240} radius="lg" />}
      {account && <ExportSection account={account} refresh={refresh} />}
      {account && <DeleteSection account={account} refresh={refresh} />}
    </Stack>
  );
}

type Props = { account: Account; refresh: () => Promise<unknown> };

const isStale = (error: unknown) => problemOf(error).code === "recent_proof_required";

function ExportSection({ account, refresh }: Props) {
  const trpc = useTRPC();
  const { run, askAgain, dialog } = useConfirmed(account, refresh);
  const begin = useMutation(
    trpc.account.export.mutationOptions({
      onSuccess: ({ url }) => window.location.assign(url),
      onError: (error) => {
        if (isStale(error)) askAgain(() => begin.mutate({}));
      },
    }),
  );
  return (
    <Section
      title="Export"
      description="One JSON file with your profile, datasets, the text of every document, keys and connected apps (without their secrets), receipts, credit entries and audit log."
    >
      {begin.error && !isStale(begin.error) && <ProblemAlert error={begin.error} />}
      <Group>
        <Button variant="default" loading={begin.isPending} onClick={() => run(() => begin.mutate({}))}>
          Export my data
        </Button>
      </Group>
      {dialog}
    </Section>
  );
}

function DeleteSection({ account, refresh }: Props) {
  const [opened, { open, close }] = useDisclosure();
  const { run, dialog } = useConfirmed(account, refresh);
  return (
    <Section
      title="Delete the account"
      description="At once and for good. Export what you want to keep first."
    >
      <Group>
        <Button variant="default" c="var(--mantine-color-error)" onClick={() => run(open)}>
          Delete my account…
        </Button>
      </Group>
      <Modal opened={opened} onClose={close} title="Delete your account?">
        <DeleteForm account={account} onClose={close} />
      </Modal>
      {dialog}
    </Section>
  );
}

function DeleteForm({ account, onClose }: { account: Account; onClose: () => void }) {
  const trpc = useTRPC();
  const [typed, setTyped] = useState("");
  const credits = useQuery(trpc.credits.get.queryOptions({}));
  const gone = useMutation(
    trpc.account.delete.mutationOptions({ onSuccess: () => window.location.assign("/") }),
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        gone.mutate({ email: typed });
      }}
    >
      <Stack>
        <ProblemAlert error={gone.error} />
        <List size="sm" spacing={4}>
          <ListItem>Your datasets and documents are deleted, also public ones.</ListItem>
          <ListItem>
            Keys and connected apps are refused on their next call; every browser is signed out.
          </ListItem>
          <ListItem>
            {credits.data && credits.data.balance > 0
              ? `Your ${formatNumber(credits.data.balance)} unspent credits are lost.`
              : "Unspent credits are lost."}
          </ListItem>
          <ListItem>
            Kept for bookkeeping, under a number without your name or address: the entries of your credits.
            The log of security events stays, too.
          </ListItem>
        </List>
        <TextInput
          label={
            <>
              To confirm, type <bdi>{account.email}</bdi>
            </>
          }
          autoComplete="off"
          data-autofocus
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Keep it
          </Button>
          <Button
            type="submit"
            color="red"
            loading={gone.isPending}
            disabled={typed.trim().toLowerCase() !== account.email}
          >
            Delete my account
          </Button>
        </Group>
        <Text size="xs" c="dimmed">
          A mail tells you when it is done.
        </Text>
      </Stack>
    </form>
  );
}
