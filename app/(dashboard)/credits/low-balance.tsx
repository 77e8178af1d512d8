"use client";

import { Alert, Anchor, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { count, formatNumber } from "../../_components/format.ts";

export function LowBalance(props: { balance: number; threshold: number }) {
  const { balance, threshold } = props;
  return (
    <Alert
      variant="default"
      radius="md"
      role="status"
      icon={<IconAlertTriangle color="var(--mantine-color-error)" />}
      title={
        balance === 0
          ? "You have no credits left: priced calls are refused"
          : `Your balance is low: ${count(balance, "credit")} left`
      }
      styles={{ title: { color: "var(--mantine-color-text)" } }}
    >
      <Text size="sm">
        You are told below {formatNumber(threshold)}. <Anchor href="#more">Get more credits</Anchor> or{" "}
        <Anchor href="#alerts">change when you are told</Anchor>.
      </Text>
    </Alert>
  );
}
