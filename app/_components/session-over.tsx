"use client";

import { Button, Stack, Text } from "@mantine/core";
import { openDialog } from "./dialogs.tsx";
import { signInPath } from "./return-path.ts";

const modalId = "session-over";

/** `leave`: there is nothing on the page that could be lost. */
export function onSessionOver({ leave }: { leave: boolean }): void {
  const signIn = signInPath(`${window.location.pathname}${window.location.search}`);
  if (leave) {
    window.location.assign(signIn);
    return;
  }
  void openDialog((modals) => {
    modals.close(modalId);
    modals.open({
      modalId,
      title: "Your session ended",
      children: (
        <Stack>
          <Text>
            Sign in again in a new tab, then come back to this one and repeat what you did. What you typed is
            still here.
          </Text>
          <Button component="a" href={signIn} target="_blank" onClick={() => modals.close(modalId)}>
            Sign in in a new tab
          </Button>
        </Stack>
      ),
    });
  });
}
