"use client";

import { Group, Text, UnstyledButton } from "@mantine/core";
import { useDisclosure, useHotkeys, useOs } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { onceOpened } from "../_components/once-opened.tsx";
import type { PlaceGroup } from "./places.ts";
import classes from "./shell.module.css";

const ShortcutHelp = onceOpened(async () => (await import("./shortcut-help.tsx")).ShortcutHelp);
const Palette = dynamic(() => import("./palette.tsx"), { ssr: false });

/** What the keyboard does on every page, and the button that does the same. */
export function Shortcuts({ groups }: { groups: readonly PlaceGroup[] }) {
  const [going, palette] = useDisclosure();
  const [asked, setAsked] = useState(false);
  if (going && !asked) setAsked(true);
  const [helping, help] = useDisclosure();
  const modifier = useOs() === "macos" ? "⌘" : "Ctrl";
  useHotkeys([
    ["?", help.open],
    ["shift+?", help.open],
  ]);
  // Also while something is being typed: nothing else is meant by it.
  useHotkeys([["mod+K", palette.toggle]], []);
  return (
    <>
      <UnstyledButton className={classes.user} onClick={palette.open}>
        <Group justify="space-between" wrap="nowrap">
          <Group gap={10} wrap="nowrap">
            <IconSearch size={18} stroke={1.7} aria-hidden="true" />
            <Text size="sm" c="dimmed">
              Go to…
            </Text>
          </Group>
          <Text size="xs" c="dimmed" visibleFrom="sm">
            {modifier} K
          </Text>
        </Group>
      </UnstyledButton>
      {asked && <Palette groups={groups} opened={going} onClose={palette.close} />}
      <ShortcutHelp opened={helping} onClose={help.close} modifier={modifier} />
    </>
  );
}
