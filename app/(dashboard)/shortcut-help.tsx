"use client";

import { Group, Kbd, Modal, Stack, Text } from "@mantine/core";

export function ShortcutHelp(props: { opened: boolean; onClose: () => void; modifier: string }) {
  const keys = [
    { keys: [props.modifier, "K"], does: "Go to a page or one of your datasets by its name" },
    { keys: ["↑", "↓", "Enter"], does: "Choose in a list" },
    { keys: ["Esc"], does: "Close what is open" },
    { keys: ["?"], does: "Show this" },
  ];
  return (
    <Modal opened={props.opened} onClose={props.onClose} title="Keyboard shortcuts">
      <Stack gap="sm" component="dl" m={0}>
        {keys.map((shortcut) => (
          <Group key={shortcut.does} justify="space-between" wrap="nowrap">
            <Text component="dt" size="sm">
              {shortcut.does}
            </Text>
            <Group component="dd" gap={4} m={0} wrap="nowrap">
              {shortcut.keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </Group>
          </Group>
        ))}
      </Stack>
    </Modal>
  );
}
