"use client";

import { Group, Paper, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { TextLink } from "../../_components/links.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { TimeText } from "../../_components/time-text.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { alertWords } from "./alert-words.ts";

/** Nothing where nothing needs attention. */
export function Alerts() {
  const trpc = useTRPC();
  const alerts = useQuery(trpc.alerts.list.queryOptions({}));
  if (alerts.error) return <ProblemAlert error={alerts.error} onRetry={() => void alerts.refetch()} />;
  if (!alerts.data || alerts.data.items.length === 0) return null;
  return (
    <section aria-label="What needs your attention">
      <Paper component="ul" withBorder p={0} m={0} style={{ listStyle: "none" }}>
        {alerts.data.items.map((alert, index) => {
          const { title, href, action, timed } = alertWords(alert);
          return (
            <Group
              component="li"
              key={[alert.kind, alert.subjectId, alert.limit].join(" ")}
              px="lg"
              py="sm"
              gap="sm"
              wrap="nowrap"
              align="flex-start"
              style={index > 0 ? { borderTop: "1px solid var(--fltr-line)" } : {}}
            >
              <IconAlertTriangle
                size={18}
                color="var(--mantine-color-error)"
                aria-hidden="true"
                style={{ flexShrink: 0, marginTop: 3 }}
              />
              <Stack gap={0} miw={0}>
                <Text size="sm" style={{ overflowWrap: "anywhere" }}>
                  {title}{" "}
                  {timed && (
                    <Text span inherit c="dimmed">
                      <TimeText value={alert.at} />
                    </Text>
                  )}
                </Text>
                <TextLink href={href} size="sm">
                  {action}
                </TextLink>
              </Stack>
            </Group>
          );
        })}
      </Paper>
    </section>
  );
}
