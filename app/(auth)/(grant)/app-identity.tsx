"use client";

import { Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconDeviceLaptop, IconShieldCheck } from "@tabler/icons-react";
import type { AskedConnection } from "./grant-values.ts";

const icon = { size: 18, stroke: 1.8, "aria-hidden": true, style: { flexShrink: 0, marginTop: 2 } } as const;

/** Who asks, and how much of that was checked. Its name is never taken for more than a name. */
export function AppIdentity({ client, device }: { client: AskedConnection["client"]; device: boolean }) {
  const { verified, local, host } = client;
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      {verified ? (
        <IconShieldCheck {...icon} color="var(--fltr-positive)" />
      ) : local ? (
        <IconDeviceLaptop {...icon} />
      ) : (
        <IconAlertTriangle {...icon} color="var(--mantine-color-error)" />
      )}
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        {verified && (
          <>
            <b>Verified:</b> <bdi>{host}</bdi> vouches for it.{local && " It runs on this computer."}
          </>
        )}
        {!verified && local && (
          <>
            <b>An app on this computer.</b> Its name is unverified: anybody could have registered it. Allow it
            only if you have just started it yourself.
          </>
        )}
        {!verified && !local && (
          <>
            <b>Unverified:</b> anybody could have registered this name.{" "}
            {device || !host ? (
              "Allow it only if you have just started it yourself."
            ) : (
              <>
                What you allow goes to <b>{<bdi>{host}</bdi>}</b>.
              </>
            )}
          </>
        )}
      </Text>
    </Group>
  );
}
