import { Group, Text } from "@mantine/core";

export function Logo() {
  return (
    <Group gap={10} wrap="nowrap">
      <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="#0a735a" />
        <path d="M8 10h16M11 16h10M14 22h4" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
      </svg>
      <Text span fw={680} fz={17} lts="0.02em" c="var(--mantine-color-text)">
        FLTR
      </Text>
    </Group>
  );
}
