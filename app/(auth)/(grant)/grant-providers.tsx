"use client";

import type { ReactNode } from "react";
import { Dialogs } from "../../_components/dialogs.tsx";
import { ApiProvider } from "../../_trpc/provider.tsx";

export function GrantProviders({ children }: { children: ReactNode }) {
  return (
    <ApiProvider>
      {children}
      <Dialogs />
    </ApiProvider>
  );
}
