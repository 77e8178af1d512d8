/** The parts of a dataset's page; the open one is in the address. */
export const tabs = [
  { value: "search", label: "Search" },
  { value: "documents", label: "Documents" },
  { value: "endpoints", label: "Endpoints" },
  { value: "quality", label: "Quality" },
  { value: "access", label: "Access" },
  { value: "settings", label: "Settings" },
] as const;

export type Tab = (typeof tabs)[number]["value"];

export function tabOf(value: unknown): Tab | undefined {
  return tabs.find((tab) => tab.value === value)?.value;
}
