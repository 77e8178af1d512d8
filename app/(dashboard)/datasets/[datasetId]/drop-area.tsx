"use client";

import { Button, Group, Stack, Text } from "@mantine/core";
import { Dropzone } from "@mantine/dropzone";
import { IconUpload } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { count } from "../../../_components/format.ts";
import { nameOf } from "./send-files.ts";

/** Takes files and whole folders, dropped or chosen. */
export function DropArea(props: {
  onFiles: (files: File[]) => void;
  onPaste: () => void;
  onAddress: () => void;
}) {
  const folder = useRef<HTMLInputElement>(null);
  const open = useRef<() => void>(null);
  const [skipped, setSkipped] = useState(0);
  const take = (files: readonly File[]) => {
    const wanted = wantedOf(files);
    setSkipped(files.length - wanted.length);
    props.onFiles(wanted);
  };
  return (
    <Dropzone
      onDrop={take}
      openRef={open}
      activateOnClick={false}
      activateOnKeyboard={false}
      enablePointerEvents
      useFsAccessApi={false}
      radius="lg"
      p="xl"
      inputProps={{ "aria-label": "Files to add" }}
      style={{ cursor: "default" }}
    >
      <Stack align="center" gap={6}>
        <IconUpload size={26} stroke={1.5} color="var(--mantine-color-dimmed)" aria-hidden="true" />
        <Text fw={550} ta="center">
          Drop files or whole folders here
        </Text>
        <Text size="sm" c="dimmed" ta="center">
          PDF, Word, Markdown, HTML, text, CSV, JSON, code, e-mail, and ZIP archives of these. Sending a file
          again adds nothing twice.
        </Text>
        <Group gap="xs" justify="center" mt="xs">
          <Button size="sm" onClick={() => open.current?.()}>
            Choose files
          </Button>
          <Button size="sm" variant="default" onClick={() => folder.current?.click()}>
            Choose a folder
          </Button>
          <Button size="sm" variant="default" onClick={props.onPaste}>
            Paste text
          </Button>
          <Button size="sm" variant="default" onClick={props.onAddress}>
            From the web
          </Button>
        </Group>
        {skipped > 0 && (
          <Text size="sm" c="dimmed" role="status">
            {count(skipped, "hidden file was", "hidden files were")} left out.
          </Text>
        )}
      </Stack>
      <input
        ref={(input) => {
          folder.current = input;
          input?.setAttribute("webkitdirectory", "");
        }}
        type="file"
        multiple
        hidden
        aria-label="Folder to add"
        onChange={(event) => {
          take([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
    </Dropzone>
  );
}

/** Without what a system or a tool keeps for itself: `.git`, `.DS_Store`, `node_modules`. */
export function wantedOf(files: readonly File[]): File[] {
  return files.filter((file) => !isHidden(nameOf(file)));
}

function isHidden(path: string): boolean {
  return path.split("/").some((part) => part.startsWith(".") || part === "node_modules");
}
