import { Group, Text } from "@mantine/core";

const looks = {
  queued: { label: "Queued", color: "var(--mantine-color-gray-5)" },
  processing: { label: "Reading", color: "var(--mantine-color-yellow-6)" },
  ready: { label: "Ready", color: "var(--mantine-color-pine-5)" },
  failed: { label: "Failed", color: "var(--mantine-color-red-6)" },
} as const;

export type DocumentState = keyof typeof looks;

/** `progress`: how much is done of what is being read, 0 to 1. */
export function StateBadge({ state, progress }: { state: DocumentState; progress?: number | null }) {
  const { label, color } = looks[state];
  const share = state === "processing" && progress ? ` ${Math.round(100 * progress)} %` : "";
  return (
    <Group gap={8} wrap="nowrap">
      <span
        aria-hidden="true"
        style={{ width: 8, height: 8, borderRadius: "50%", background: color, flexShrink: 0 }}
      />
      <Text span size="sm">
        {label}
        {share}
      </Text>
    </Group>
  );
}
