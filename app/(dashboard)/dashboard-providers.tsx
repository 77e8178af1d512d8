"use client";

import { ModalsProvider } from "@mantine/modals";
import { Notifications } from "@mantine/notifications";
import type { ReactNode } from "react";
import { ApiProvider } from "../_trpc/provider.tsx";

export function DashboardProviders({ children }: { children: ReactNode }) {
  return (
    <>
      <ApiProvider>
        <ModalsProvider>{children}</ModalsProvider>
      </ApiProvider>
      <Notifications position="bottom-right" />
    </>
  );
}
