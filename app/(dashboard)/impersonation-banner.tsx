"use client";

import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { authRequest } from "../_components/auth-request.ts";
import type { User } from "../_components/user.ts";
import classes from "./shell.module.css";
import { commitAll } from "./undoable.tsx";

/** On every page while an admin acts as somebody else. */
export function ImpersonationBanner({ user }: { user: User }) {
  const [busy, setBusy] = useState(false);
  const stop = async () => {
    setBusy(true);
    await commitAll();
    const answer = await authRequest("admin/stop-impersonating", {});
    if (answer.ok) return window.location.assign("/admin");
    setBusy(false);
    notifications.show({ color: "red", title: "You still act as this account", message: answer.message });
  };
  return (
    <Group
      component="section"
      aria-label="Acting as somebody else"
      className={classes.impersonation ?? ""}
      justify="space-between"
      gap="xs"
      px={{ base: "md", md: "xl" }}
      py="xs"
    >
      <Text size="sm" fw={550} style={{ overflowWrap: "anywhere" }}>
        You act as {user.name} ({user.email}). What you do stands in both audit logs; it ends by itself within
        the hour.
      </Text>
      <Button size="compact-sm" variant="default" loading={busy} onClick={() => void stop()}>
        Stop
      </Button>
    </Group>
  );
}
