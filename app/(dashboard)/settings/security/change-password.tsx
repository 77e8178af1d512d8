"use client";

import { Button, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { isNotEmpty, useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { authRequest } from "../../../_components/auth-request.ts";
import { FormButtons } from "../../../_components/form-buttons.tsx";
import { NewPasswordInput, newPasswordProblem } from "../../../_components/new-password-input.tsx";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { ProblemText } from "../../../_components/problem-text.tsx";
import { useTRPC } from "../../../_trpc/provider.tsx";
import { useSignOutOthers } from "../browsers/use-sign-out-others.ts";

type Props = { opened: boolean; onClose: () => void };

export function ChangePassword({ opened, onClose }: Props) {
  const [changed, setChanged] = useState(false);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      onExitTransitionEnd={() => setChanged(false)}
      title={changed ? "Your password is changed" : "Change your password"}
    >
      {changed ? (
        <DisconnectForm onClose={onClose} />
      ) : (
        <PasswordForm onClose={onClose} onChanged={() => setChanged(true)} />
      )}
    </Modal>
  );
}

function PasswordForm({ onClose, onChanged }: { onClose: () => void; onChanged: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { currentPassword: "", newPassword: "" },
    validate: {
      currentPassword: isNotEmpty("Enter your current password"),
      newPassword: newPasswordProblem,
    },
  });
  const change = async (values: typeof form.values) => {
    setBusy(true);
    setProblem(null);
    const answer = await authRequest("change-password", { ...values, revokeOtherSessions: true });
    setBusy(false);
    if (answer.ok) {
      onChanged();
      await queries.invalidateQueries(trpc.sessions.pathFilter());
    } else if (answer.code === "INVALID_PASSWORD") {
      form.setFieldError("currentPassword", "That is not your current password");
    } else setProblem(answer.message);
  };
  return (
    <form onSubmit={form.onSubmit((values) => void change(values))}>
      <Stack>
        {problem && <ProblemText detail={problem} />}
        <PasswordInput
          label="Current password"
          autoComplete="current-password"
          data-autofocus
          key={form.key("currentPassword")}
          {...form.getInputProps("currentPassword")}
        />
        <NewPasswordInput
          label="New password"
          key={form.key("newPassword")}
          {...form.getInputProps("newPassword")}
        />
        <Text size="sm" c="dimmed">
          Every other browser is signed out; this one stays signed in.
        </Text>
        <FormButtons onCancel={onClose} busy={busy}>
          Change password
        </FormButtons>
      </Stack>
    </form>
  );
}

/** Whoever knew the old password may have connected an app, which a new one does not stop. */
function DisconnectForm({ onClose }: { onClose: () => void }) {
  const signOut = useSignOutOthers(onClose);
  return (
    <Stack>
      <ProblemAlert error={signOut.error} />
      <Text size="sm">
        Every other browser is signed out. Your apps and API keys keep working. If somebody else may have
        known your old password, disconnect the apps too: each is refused on its next call and has to be
        connected anew.
      </Text>
      <Group justify="flex-end">
        <Button variant="default" data-autofocus onClick={onClose}>
          Keep my apps
        </Button>
        <Button
          color="red"
          loading={signOut.isPending}
          onClick={() => signOut.mutate({ disconnectApps: true })}
        >
          Disconnect all apps
        </Button>
      </Group>
    </Stack>
  );
}
