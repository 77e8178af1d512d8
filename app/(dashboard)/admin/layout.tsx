import type { ReactNode } from "react";
import { requireAdmin } from "../../_components/user.ts";
import { PageTabs } from "../page-tabs.tsx";

const pages = [
  { href: "/admin", label: "Accounts" },
  { href: "/admin/health", label: "Health" },
  { href: "/admin/policy", label: "Limits and prices" },
  { href: "/admin/access", label: "Keys and apps" },
  { href: "/admin/audit", label: "Audit log" },
];

export default async function AdminLayout({ children }: { children: ReactNode }) {
  await requireAdmin();
  return (
    <>
      <PageTabs label="Installation" pages={pages} />
      {children}
    </>
  );
}
