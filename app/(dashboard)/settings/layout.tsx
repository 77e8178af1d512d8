import type { ReactNode } from "react";
import { PageHeader } from "../../_components/page-header.tsx";
import { PageTabs } from "../page-tabs.tsx";

const pages = [
  { href: "/settings/profile", label: "Profile" },
  { href: "/settings/security", label: "Security" },
  { href: "/settings/browsers", label: "Browsers" },
  { href: "/settings/data", label: "Your data" },
];

export default function SettingsLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <PageHeader title="Settings" />
      <PageTabs label="Settings" pages={pages} />
      {children}
    </>
  );
}
