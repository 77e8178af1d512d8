"use client";

import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { formatNumber } from "../_components/format.ts";
import { useTRPC } from "../_trpc/provider.tsx";
import classes from "./shell.module.css";

export function BalanceLink() {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.credits.get.queryOptions({}));
  return (
    <Link href="/credits" prefetch={false} className={classes.balance}>
      <Text span size="xs" c={data?.low ? "var(--mantine-color-error)" : "dimmed"} display="block">
        {data?.low ? "Balance is low" : "Balance"}
      </Text>
      <Text span fw={600} className="numeric" display="block">
        {data ? `${formatNumber(data.balance)} credits` : "…"}
      </Text>
    </Link>
  );
}
