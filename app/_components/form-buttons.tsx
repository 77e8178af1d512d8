"use client";

import { Button, Group } from "@mantine/core";
import type { ReactNode } from "react";

/** At the end of a form in a dialog: leave it, or send it. */
export function FormButtons(props: { onCancel: () => void; busy: boolean; children: ReactNode }) {
  return (
    <Group justify="flex-end" mt="sm">
      <Button variant="default" onClick={props.onCancel}>
        Cancel
      </Button>
      <Button type="submit" loading={props.busy}>
        {props.children}
      </Button>
    </Group>
  );
}
