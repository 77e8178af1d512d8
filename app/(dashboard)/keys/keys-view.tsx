"use client";

import { Button, Skeleton, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { EmptyBox } from "../../_components/empty-box.tsx";
import { onceOpened } from "../../_components/once-opened.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { PausedCalls } from "../access/paused-calls.tsx";
import { KeyTable, type ShownSecret } from "./key-table.tsx";
import { NewKey } from "./new-key.tsx";

const CreateKey = onceOpened(async () => (await import("./create-key.tsx")).CreateKey);

export function KeysView({ address }: { address: string }) {
  const trpc = useTRPC();
  const keys = useQuery(trpc.keys.list.queryOptions({}));
  const [creating, { open, close }] = useDisclosure();
  const [made, setMade] = useState<ShownSecret | null>(null);
  return (
    <>
      <PageHeader
        title="Keys"
        description="Give each app a key of its own: then you see what it does and can stop it without stopping the others."
        actions={
          <Button leftSection={<IconPlus size={16} />} onClick={open}>
            New key
          </Button>
        }
      />
      <Stack>
        <PausedCalls kind="apiKey" />
        <ProblemAlert error={keys.error} onRetry={() => void keys.refetch()} />
        {keys.isPending && <Skeleton h={160} radius="lg" />}
        {keys.data?.items.length === 0 && (
          <EmptyBox
            icon={<IconKey size={22} stroke={1.6} />}
            title="No keys yet"
            action={
              <Button variant="default" onClick={open}>
                Create a key
              </Button>
            }
          >
            A key lets an AI app or a program of yours search your datasets. You will get the lines to paste
            into the app with it.
          </EmptyBox>
        )}
        {keys.data && keys.data.items.length > 0 && <KeyTable items={keys.data.items} onRotated={setMade} />}
      </Stack>
      <CreateKey opened={creating} onClose={close} onCreated={setMade} />
      <NewKey made={made} address={address} onClose={() => setMade(null)} />
    </>
  );
}
