import type { ReactNode } from "react";
import { PageHeader } from "../../_components/page-header.tsx";
import { PageTabs } from "../page-tabs.tsx";
import { placesWithin } from "../places.ts";

export default function SettingsLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <PageHeader title="Settings" />
      <PageTabs label="Settings" pages={placesWithin["/settings"] ?? []} />
      {children}
    </>
  );
}
