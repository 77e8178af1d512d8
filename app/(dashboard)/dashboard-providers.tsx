"use client";

import { ModalsProvider } from "@mantine/modals";
import { Notifications } from "@mantine/notifications";
import type { ReactNode } from "react";
import { ApiProvider } from "../_trpc/provider.tsx";
import { LiveProvider } from "./live.tsx";
import { type Offer, OfferProvider } from "./offer.tsx";

export function DashboardProviders({ offer, children }: { offer: Offer; children: ReactNode }) {
  return (
    <>
      <ApiProvider>
        <LiveProvider>
          <OfferProvider value={offer}>
            <ModalsProvider>{children}</ModalsProvider>
          </OfferProvider>
        </LiveProvider>
      </ApiProvider>
      <Notifications position="bottom-right" />
    </>
  );
}
