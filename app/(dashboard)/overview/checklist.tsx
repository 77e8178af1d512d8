"use client";

import { Group, Paper, Stack, Text, Title } from "@mantine/core";
import { IconCircle, IconCircleCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { TextLink } from "../../_components/links.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";

/** The way to a first answer; it ticks itself off, and goes when all is done. */
export function Checklist() {
  const trpc = useTRPC();
  const options = { refetchOnWindowFocus: "always" } as const;
  const datasets = useQuery({ ...trpc.datasets.mine.queryOptions({}), ...options });
  const keys = useQuery({ ...trpc.keys.list.queryOptions({}), ...options });
  const apps = useQuery({ ...trpc.connections.list.queryOptions({}), ...options });
  const receipts = useQuery({ ...trpc.receipts.list.queryOptions({ limit: 5 }), ...options });
  if (!datasets.data || !keys.data || !apps.data || !receipts.data) return null;

  const [newest] = datasets.data.items;
  const steps = [
    {
      done: newest !== undefined,
      title: "Make a dataset",
      text: "A set of documents that are searched together.",
      href: "/datasets",
    },
    {
      done: datasets.data.items.some(({ documentCount }) => documentCount > 0),
      title: "Put documents in",
      text: "Drop files or a whole folder, or paste an address.",
      href: newest ? `/datasets/${newest.id}?tab=documents` : "/datasets",
    },
    {
      done: apps.data.items.length > 0 || keys.data.items.length > 0,
      title: "Connect an app",
      text: "Claude, ChatGPT, an editor: one address, and you choose what it may read.",
      href: "/connect",
    },
    {
      done: receipts.data.items.some(({ creditsCharged }) => creditsCharged > 0),
      title: "Ask the first question",
      text: "In your app, or here on the dataset's page. The receipt shows what was read.",
      href: newest ? `/datasets/${newest.id}` : "/datasets",
    },
  ];
  const next = steps.find(({ done }) => !done);
  if (!next) return null;
  return (
    <Paper component="section" withBorder p="lg" aria-labelledby="first-steps">
      <Title order={2} fz="lg" id="first-steps">
        From documents to the first answer
      </Title>
      <Stack component="ol" gap="sm" mt="md" p={0} mb={0} style={{ listStyle: "none" }}>
        {steps.map((step) => (
          <Group component="li" key={step.title} gap="sm" wrap="nowrap" align="flex-start">
            {step.done ? (
              <IconCircleCheck size={20} color="var(--fltr-positive)" role="img" aria-label="Done:" />
            ) : (
              <IconCircle size={20} color="var(--mantine-color-dimmed)" role="img" aria-label="To do:" />
            )}
            <div>
              {step === next ? (
                <TextLink href={step.href} fw={550}>
                  {step.title}
                </TextLink>
              ) : (
                <Text fw={550} {...(step.done ? { c: "dimmed" } : {})}>
                  {step.title}
                </Text>
              )}
              {!step.done && (
                <Text size="sm" c="dimmed">
                  {step.text}
                </Text>
              )}
            </div>
          </Group>
        ))}
      </Stack>
    </Paper>
  );
}
