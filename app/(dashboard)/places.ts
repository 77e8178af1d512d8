/** Where the menu and the palette lead. */
import {
  type Icon,
  IconApps,
  IconChartBar,
  IconCoins,
  IconDatabase,
  IconGauge,
  IconHistory,
  IconHome,
  IconKey,
  IconListSearch,
  IconPlugConnected,
  IconReceipt,
  IconSettings,
  IconUsers,
} from "@tabler/icons-react";

export type Place = { href: string; label: string; icon: Icon };

export type PlaceGroup = { label: string; adminOnly?: true; places: Place[] };

export const placeGroups: readonly PlaceGroup[] = [
  {
    label: "Knowledge",
    places: [
      { href: "/overview", label: "Overview", icon: IconHome },
      { href: "/datasets", label: "Datasets", icon: IconDatabase },
      { href: "/playground", label: "Playground", icon: IconListSearch },
    ],
  },
  {
    label: "Access",
    places: [
      { href: "/connect", label: "Connect", icon: IconPlugConnected },
      { href: "/connections", label: "Connections", icon: IconApps },
      { href: "/keys", label: "Keys", icon: IconKey },
    ],
  },
  {
    label: "Spending",
    places: [
      { href: "/credits", label: "Credits", icon: IconCoins },
      { href: "/usage", label: "Usage", icon: IconChartBar },
      { href: "/limits", label: "Limits", icon: IconGauge },
    ],
  },
  {
    label: "Records",
    places: [
      { href: "/receipts", label: "Receipts", icon: IconReceipt },
      { href: "/audit", label: "Audit log", icon: IconHistory },
    ],
  },
  { label: "Account", places: [{ href: "/settings", label: "Settings", icon: IconSettings }] },
  {
    label: "Installation",
    adminOnly: true,
    places: [{ href: "/admin", label: "Admin", icon: IconUsers }],
  },
];

/** Pages beside each other under one place of the menu. */
export const placesWithin: Readonly<Record<string, readonly { href: string; label: string }[]>> = {
  "/settings": [
    { href: "/settings/profile", label: "Profile" },
    { href: "/settings/security", label: "Security" },
    { href: "/settings/notifications", label: "Notifications" },
    { href: "/settings/browsers", label: "Browsers" },
    { href: "/settings/data", label: "Your data" },
  ],
  "/admin": [
    { href: "/admin", label: "Accounts" },
    { href: "/admin/health", label: "Health" },
    { href: "/admin/policy", label: "Limits and prices" },
    { href: "/admin/access", label: "Keys and apps" },
    { href: "/admin/audit", label: "Audit log" },
  ],
};
