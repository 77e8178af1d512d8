"use client";

import { ModalsProvider } from "@mantine/modals";
import { Notifications } from "@mantine/notifications";
import type { ReactNode } from "react";
import { ApiProvider } from "../_trpc/provider.tsx";
import { LiveProvider } from "./live.tsx";

export function DashboardProviders({ children }: { children: ReactNode }) {
  return (
    <>
      <ApiProvider>
        <LiveProvider>
          <ModalsProvider>{children}</ModalsProvider>
        </LiveProvider>
      </ApiProvider>
      <Notifications position="bottom-right" />
    </>
  );
}
