"use client";

import { Alert, Text } from "@mantine/core";
import { useEffect } from "react";

/** What Stripe's page sent the visitor back with. The webhook, not this address, changes the balance. */
export function CheckoutNote({ outcome }: { outcome: "done" | "cancelled" }) {
  useEffect(() => window.history.replaceState(null, "", "/credits"), []);
  return (
    <Alert
      variant="default"
      radius="md"
      role="status"
      title={outcome === "done" ? "Thank you" : "Nothing was bought"}
      styles={{ title: { color: "var(--mantine-color-text)" } }}
    >
      <Text size="sm">
        {outcome === "done"
          ? "Your credits show here as soon as Stripe confirms the payment, most often within seconds."
          : "You left the payment page before paying. Nothing was charged."}
      </Text>
    </Alert>
  );
}
