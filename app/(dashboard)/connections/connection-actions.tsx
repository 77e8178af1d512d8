"use client";

import { ActionIcon, Button, Group, Menu, MenuDropdown, MenuItem, MenuTarget, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconAdjustments, IconDots, IconPlugConnectedX } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { confirmDialog } from "../../_components/dialogs.tsx";
import { onceOpened } from "../../_components/once-opened.tsx";
import { problemOf } from "../../_trpc/problem.ts";
import { useTRPC } from "../../_trpc/provider.tsx";
import { type Connection, isMachine } from "./connection.ts";

const ChangeConnection = onceOpened(async () => (await import("./change-connection.tsx")).ChangeConnection);

export function ConnectionActions({ connection }: { connection: Connection }) {
  const { id: connectionId, client, login, pausedAt } = connection;
  const { name } = client;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [changing, { open, close }] = useDisclosure();
  const refresh = () => queries.invalidateQueries(trpc.connections.pathFilter());
  const tell = (error: unknown) => {
    const { detail, hint } = problemOf(error);
    notifications.show({ color: "red", title: detail, message: hint });
  };
  const pause = useMutation(trpc.connections.update.mutationOptions({ onSuccess: refresh, onError: tell }));
  const disconnect = useMutation(
    trpc.connections.delete.mutationOptions({
      onSuccess: () => {
        const ended = login ? "is signed out" : "is disconnected";
        notifications.show({ message: `“${name}” ${ended}; its next call is refused` });
        return refresh();
      },
      onError: tell,
    }),
  );
  const again = isMachine(client)
    ? "Its secret stops working for good; to have it back, add it as a new machine."
    : "To have it back, connect it again and choose anew what it may read and spend.";
  const end = login ? "Sign out" : "Disconnect";
  const confirm = () =>
    confirmDialog({
      title: `${end} ${name}?`,
      children: (
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          Its next call is refused and it cannot renew itself.{" "}
          {login
            ? "It can sign in again with your e-mail address and password: if you do not know it, change the password."
            : `Lost are its datasets, its budget and its limits as you set them. ${again}`}{" "}
          Its receipts and what it made stay.
        </Text>
      ),
      labels: { confirm: end, cancel: "Keep it" },
      confirmProps: { color: "red" },
      onConfirm: () => disconnect.mutate({ connectionId }),
    });
  return (
    <Group gap="xs" wrap="nowrap">
      <Button
        size="compact-sm"
        variant="default"
        loading={pause.isPending}
        aria-label={`${pausedAt ? "Resume" : "Pause"} ${name}`}
        onClick={() => pause.mutate({ connectionId, paused: pausedAt === null })}
      >
        {pausedAt ? "Resume" : "Pause"}
      </Button>
      <Menu position="bottom-end" width={176}>
        <MenuTarget>
          <ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${name}`}>
            <IconDots size={18} />
          </ActionIcon>
        </MenuTarget>
        <MenuDropdown>
          {!login && (
            <MenuItem leftSection={<IconAdjustments size={16} />} onClick={open}>
              Change
            </MenuItem>
          )}
          <MenuItem
            leftSection={<IconPlugConnectedX size={16} />}
            style={{ color: "var(--mantine-color-error)" }}
            onClick={confirm}
          >
            {end}
          </MenuItem>
        </MenuDropdown>
      </Menu>
      <ChangeConnection connection={connection} opened={changing} onClose={close} />
    </Group>
  );
}
