"use client";

import { MantineProvider } from "@mantine/core";
import { ModalsProvider } from "@mantine/modals";
import { Notifications } from "@mantine/notifications";
import type { ReactNode } from "react";
import { ApiProvider } from "../_trpc/provider.tsx";
import { cssVariables, theme } from "./theme.ts";

export function Providers({ children }: { children: ReactNode }) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <ApiProvider>
        <ModalsProvider>{children}</ModalsProvider>
      </ApiProvider>
      <Notifications position="bottom-right" />
    </MantineProvider>
  );
}
