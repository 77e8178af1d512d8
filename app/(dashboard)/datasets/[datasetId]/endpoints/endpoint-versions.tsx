"use client";

import { Button, Drawer, Group, Paper, Skeleton, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ProblemAlert } from "../../../../_components/problem-alert.tsx";
import { TimeText } from "../../../../_components/time-text.tsx";
import { useTRPC } from "../../../../_trpc/provider.tsx";
import { optionsText } from "../../../search/option-words.ts";

/** What was published, newest first; any of them can be what callers get again. */
export function EndpointVersions(props: {
  endpointId: string;
  name: string;
  opened: boolean;
  onClose: () => void;
}) {
  const { endpointId, name } = props;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery(trpc.endpoints.get.queryOptions({ endpointId }));
  const publish = useMutation(
    trpc.endpoints.publish.mutationOptions({
      onSuccess: ({ version }) => {
        notifications.show({ message: `Callers of ${name} get version ${version} now` });
        return queries.invalidateQueries(trpc.endpoints.pathFilter());
      },
    }),
  );
  return (
    <Drawer
      opened={props.opened}
      onClose={props.onClose}
      position="right"
      title={`Versions of ${name}`}
      closeButtonProps={{ "aria-label": "Close the versions" }}
    >
      <Stack>
        <ProblemAlert error={error ?? publish.error} {...(error ? { onRetry: () => void refetch() } : {})} />
        {!data && !error && <Skeleton h={160} radius="lg" />}
        {data?.versions.map(({ version, title, description, options, createdAt }) => (
          <Paper key={version} component="article" withBorder p="md" aria-label={`Version ${version}`}>
            <Group justify="space-between" wrap="nowrap">
              <Text fw={550}>Version {version}</Text>
              {version === data.version ? (
                <Text size="sm" c="dimmed">
                  What callers get
                </Text>
              ) : (
                <Button
                  size="compact-sm"
                  variant="default"
                  loading={publish.isPending && publish.variables.version === version}
                  onClick={() => publish.mutate({ endpointId, version })}
                >
                  {version < (data.version ?? 0) ? "Roll back to this" : "Go to this"}
                </Button>
              )}
            </Group>
            <Text size="sm" mt={4} style={{ overflowWrap: "anywhere" }}>
              {[title, description].filter(Boolean).join(". ")}
            </Text>
            <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
              {optionsText(options)}
            </Text>
            <Text size="sm" c="dimmed">
              Published <TimeText value={createdAt} />
            </Text>
          </Paper>
        ))}
      </Stack>
    </Drawer>
  );
}
