"use client";

import { ActionIcon, Menu, MenuDropdown, MenuItem, MenuTarget, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import {
  IconAdjustments,
  IconBan,
  IconDots,
  IconPencil,
  IconRefresh,
  IconWallet,
  IconWalletOff,
} from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { confirmDialog } from "../../_components/dialogs.tsx";
import { onceOpened } from "../../_components/once-opened.tsx";
import { problemOf } from "../../_trpc/problem.ts";
import { useTRPC } from "../../_trpc/provider.tsx";
import type { Key, ShownSecret } from "./key-table.tsx";

const ChangeAccess = onceOpened(async () => (await import("./change-access.tsx")).ChangeAccess);
const ChangeBudget = onceOpened(async () => (await import("./change-budget.tsx")).ChangeBudget);
const RenameKey = onceOpened(async () => (await import("./rename-key.tsx")).RenameKey);
const RotateKey = onceOpened(async () => (await import("./rotate-key.tsx")).RotateKey);

export function KeyActions(props: { apiKey: Key; onRotated: (made: ShownSecret) => void }) {
  const { apiKey, onRotated } = props;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [renaming, { open, close }] = useDisclosure();
  const [budgeting, budget] = useDisclosure();
  const [accessing, access] = useDisclosure();
  const [rotating, rotation] = useDisclosure();
  const tell = (error: unknown) => {
    const { detail, hint } = problemOf(error);
    notifications.show({ color: "red", title: detail, message: hint });
  };
  const lift = useMutation(
    trpc.keys.update.mutationOptions({
      onSuccess: () => {
        notifications.show({ message: `“${apiKey.name}” may now spend all of the balance` });
        return queries.invalidateQueries(trpc.keys.pathFilter());
      },
      onError: tell,
    }),
  );
  const revoke = useMutation(
    trpc.keys.delete.mutationOptions({
      onSuccess: () => {
        notifications.show({ message: `“${apiKey.name}” is revoked; its next call is refused` });
        return queries.invalidateQueries(trpc.keys.pathFilter());
      },
      onError: tell,
    }),
  );
  const confirm = () =>
    confirmDialog({
      title: "Revoke this key?",
      children: (
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          Whatever uses “{apiKey.name}” is refused from its next call on. This cannot be undone, but you can
          create another key.
        </Text>
      ),
      labels: { confirm: "Revoke key", cancel: "Keep it" },
      confirmProps: { color: "red" },
      onConfirm: () => revoke.mutate({ keyId: apiKey.id }),
    });
  return (
    <>
      <Menu position="bottom-end" width={176}>
        <MenuTarget>
          <ActionIcon variant="subtle" color="gray" aria-label={`Actions for the key ${apiKey.name}`}>
            <IconDots size={18} />
          </ActionIcon>
        </MenuTarget>
        <MenuDropdown>
          <MenuItem leftSection={<IconPencil size={16} />} onClick={open}>
            Rename
          </MenuItem>
          <MenuItem leftSection={<IconAdjustments size={16} />} onClick={access.open}>
            Change access
          </MenuItem>
          <MenuItem leftSection={<IconWallet size={16} />} onClick={budget.open}>
            {apiKey.budget ? "Change budget" : "Set a budget"}
          </MenuItem>
          {apiKey.budget && (
            <MenuItem
              leftSection={<IconWalletOff size={16} />}
              onClick={() => lift.mutate({ keyId: apiKey.id, budget: null })}
            >
              Lift budget
            </MenuItem>
          )}
          <MenuItem leftSection={<IconRefresh size={16} />} onClick={rotation.open}>
            Rotate
          </MenuItem>
          <MenuItem
            leftSection={<IconBan size={16} />}
            style={{ color: "var(--mantine-color-error)" }}
            onClick={confirm}
          >
            Revoke
          </MenuItem>
        </MenuDropdown>
      </Menu>
      <RenameKey apiKey={apiKey} opened={renaming} onClose={close} />
      <ChangeBudget apiKey={apiKey} opened={budgeting} onClose={budget.close} />
      <ChangeAccess apiKey={apiKey} opened={accessing} onClose={access.close} />
      <RotateKey apiKey={apiKey} opened={rotating} onClose={rotation.close} onRotated={onRotated} />
    </>
  );
}
