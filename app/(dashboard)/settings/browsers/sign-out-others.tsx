"use client";

import { Button, Checkbox, Group, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { useSignOutOthers } from "./use-sign-out-others.ts";

export function SignOutOthers({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Sign out everywhere else?">
      <SignOutForm onClose={onClose} />
    </Modal>
  );
}

function SignOutForm({ onClose }: { onClose: () => void }) {
  const [disconnectApps, setDisconnectApps] = useState(false);
  const signOut = useSignOutOthers(onClose);
  return (
    <Stack>
      <ProblemAlert error={signOut.error} />
      <Text size="sm">Every other browser has to sign in again; this one stays signed in.</Text>
      <Checkbox
        label="Also disconnect all apps"
        description="Otherwise they keep working. A disconnected app is refused on its next call and has to be connected anew. API keys keep working either way."
        checked={disconnectApps}
        onChange={(event) => setDisconnectApps(event.currentTarget.checked)}
      />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button color="red" loading={signOut.isPending} onClick={() => signOut.mutate({ disconnectApps })}>
          Sign out everywhere else
        </Button>
      </Group>
    </Stack>
  );
}
