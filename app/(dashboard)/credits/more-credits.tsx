"use client";

import { Paper, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { TextLink } from "../../_components/links.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { AskAdmin } from "./ask-admin.tsx";
import { PackList } from "./pack-list.tsx";

/** Packs where they can be bought; elsewhere an admin is asked. */
export function MoreCredits({ admin }: { admin: boolean }) {
  const trpc = useTRPC();
  const { data, error, refetch } = useQuery(trpc.credits.packs.queryOptions({}));
  if (error) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton h={120} radius="lg" />;
  if (data.canBuy) return <PackList packs={data.packs} />;
  if (!admin) return <AskAdmin />;
  return (
    <Paper withBorder p="lg">
      <Text fw={550}>Need more?</Text>
      <Text size="sm" c="dimmed" mt={4}>
        You are an admin: give credits to any account, also your own, on the page{" "}
        <TextLink href="/admin">Accounts</TextLink>.
      </Text>
    </Paper>
  );
}
