"use client";

import { Box, Center, Portal, Stack, Text } from "@mantine/core";
import { Dropzone } from "@mantine/dropzone";
import { IconUpload } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { wantedOf } from "./drop-area.tsx";

/** While files are dragged over the window, all of it takes them; nothing of it is there before. */
export function DropAnywhere({ onFiles }: { onFiles: (files: File[]) => void }) {
  const [dragging, setDragging] = useState(false);
  useEffect(() => {
    const enter = ({ dataTransfer }: DragEvent) => {
      if (dataTransfer?.types.includes("Files")) setDragging(true);
    };
    const leave = ({ relatedTarget }: DragEvent) => {
      if (relatedTarget === null) setDragging(false);
    };
    const drop = () => setDragging(false);
    document.addEventListener("dragenter", enter);
    document.addEventListener("dragleave", leave);
    document.addEventListener("drop", drop);
    return () => {
      document.removeEventListener("dragenter", enter);
      document.removeEventListener("dragleave", leave);
      document.removeEventListener("drop", drop);
    };
  }, []);
  if (!dragging) return null;
  return (
    <Portal>
      <Box pos="fixed" inset={0} p="md" bg="var(--mantine-color-body)" style={{ zIndex: 400 }}>
        <Dropzone
          h="100%"
          radius="lg"
          activateOnClick={false}
          activateOnKeyboard={false}
          useFsAccessApi={false}
          inputProps={{ "aria-label": "Files dropped anywhere" }}
          onDrop={(files) => {
            setDragging(false);
            onFiles(wantedOf(files));
          }}
          onReject={() => setDragging(false)}
        >
          <Center h="calc(100vh - 80px)">
            <Stack align="center" gap={6}>
              <IconUpload size={32} stroke={1.5} aria-hidden="true" />
              <Text fw={550} ta="center">
                Drop files or whole folders to add them to this dataset
              </Text>
            </Stack>
          </Center>
        </Dropzone>
      </Box>
    </Portal>
  );
}
