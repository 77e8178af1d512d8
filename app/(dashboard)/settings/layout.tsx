import type { ReactNode } from "react";
import { PageHeader } from "../../_components/page-header.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";

export default function SettingsLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <PageHeader title="Settings" />
      <SettingsTabs />
      {children}
    </>
  );
}
