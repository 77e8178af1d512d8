"use client";

import { ActionIcon, Text, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconSpy } from "@tabler/icons-react";
import { authRequest } from "../../_components/auth-request.ts";
import { confirmDialog } from "../../_components/dialogs.tsx";
import { commitAll } from "../undoable.tsx";

type Person = { id: string; name: string };

/** Opens the dashboard as this user sees it. */
export function ActAs({ user }: { user: Person }) {
  const ask = () =>
    confirmDialog({
      title: `Act as ${user.name}?`,
      children: (
        <Text size="sm">
          You see what this user sees, for an hour at most. That you do stands in both audit logs. Ways in,
          keys, apps and money stay out of your reach.
        </Text>
      ),
      labels: { confirm: "Act as this user", cancel: "Cancel" },
      onConfirm: () => void begin(user),
    });
  return (
    <Tooltip label="Act as this user">
      <ActionIcon variant="default" size={26} aria-label={`Act as ${user.name}`} onClick={ask}>
        <IconSpy size={16} />
      </ActionIcon>
    </Tooltip>
  );
}

async function begin({ id, name }: Person): Promise<void> {
  await commitAll();
  const answer = await authRequest("admin/impersonate-user", { userId: id });
  // A full load: everything on the next page is another account's.
  if (answer.ok) window.location.assign("/overview");
  else notifications.show({ color: "red", title: `You do not act as ${name}`, message: answer.message });
}
