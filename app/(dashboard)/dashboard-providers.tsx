"use client";

import dynamic from "next/dynamic";
import type { ReactNode } from "react";
import { Dialogs } from "../_components/dialogs.tsx";
import { ApiProvider } from "../_trpc/provider.tsx";
import { LiveProvider } from "./live.tsx";
import { type Offer, OfferProvider } from "./offer.tsx";

// What is told before it is there waits for it.
const Notifications = dynamic(async () => (await import("@mantine/notifications")).Notifications, {
  ssr: false,
});

export function DashboardProviders({ offer, children }: { offer: Offer; children: ReactNode }) {
  return (
    <>
      <ApiProvider>
        <LiveProvider>
          <OfferProvider value={offer}>
            {children}
            <Dialogs />
          </OfferProvider>
        </LiveProvider>
      </ApiProvider>
      <Notifications position="bottom-right" />
    </>
  );
}
