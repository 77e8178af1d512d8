"use client";

import { ModalsProvider } from "@mantine/modals";
import type { ReactNode } from "react";
import { ApiProvider } from "../../_trpc/provider.tsx";

export function GrantProviders({ children }: { children: ReactNode }) {
  return (
    <ApiProvider>
      <ModalsProvider>{children}</ModalsProvider>
    </ApiProvider>
  );
}
