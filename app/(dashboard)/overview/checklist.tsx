"use client";

import { Anchor, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCircle, IconCircleCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { TextLink } from "../../_components/links.tsx";
import { onceOpened } from "../../_components/once-opened.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";

const CreateDataset = onceOpened(async () => (await import("../datasets/create-dataset.tsx")).CreateDataset);

/** The way to a first answer; it ticks itself off, and goes when all is done. */
export function Checklist({ models }: { models: readonly string[] }) {
  const trpc = useTRPC();
  const [creating, { open, close }] = useDisclosure();
  const options = { refetchOnWindowFocus: "always" } as const;
  const datasets = useQuery({ ...trpc.datasets.mine.queryOptions({}), ...options });
  const keys = useQuery({ ...trpc.keys.list.queryOptions({}), ...options });
  const apps = useQuery({ ...trpc.connections.list.queryOptions({}), ...options });
  const receipts = useQuery({ ...trpc.receipts.list.queryOptions({ limit: 5 }), ...options });
  if (!datasets.data || !keys.data || !apps.data || !receipts.data) return null;

  const [newest] = datasets.data.items;
  const steps: Step[] = [
    {
      done: newest !== undefined,
      title: "Make a dataset",
      text: "A set of documents that are searched together.",
      onStart: open,
    },
    {
      done: datasets.data.items.some(({ documentCount }) => documentCount > 0),
      title: "Put documents in",
      text: "Drop files or a whole folder, or paste an address. They can be searched seconds later.",
      ...(newest ? { href: `/datasets/${newest.id}?tab=documents` } : { onStart: open }),
    },
    {
      done: apps.data.items.length > 0 || keys.data.items.length > 0,
      title: "Connect an app",
      text: "Claude, ChatGPT, an editor: give it one address, and choose what it may read.",
      href: "/connect",
    },
    {
      done: receipts.data.items.some(({ creditsCharged }) => creditsCharged > 0),
      title: "Ask the first question",
      text: "In your app: “Search FLTR: …” and then what you want to know. Or search here. The answer names its sources, and a receipt shows what was read.",
      href: newest ? `/datasets/${newest.id}` : "/datasets",
    },
  ];
  if (steps.every(({ done }) => done)) return null;
  return (
    <Paper component="section" withBorder p="lg" aria-labelledby="first-steps">
      <Title order={2} fz="lg" id="first-steps">
        From documents to the first answer
      </Title>
      <Stack component="ol" gap="sm" mt="md" p={0} mb={0} style={{ listStyle: "none" }}>
        {steps.map((step) => (
          <Group component="li" key={step.title} gap="sm" wrap="nowrap" align="flex-start">
            {step.done ? (
              <IconCircleCheck
                size={20}
                color="var(--fltr-positive)"
                role="img"
                aria-label="Done:"
                style={{ flexShrink: 0 }}
              />
            ) : (
              <IconCircle
                size={20}
                color="var(--mantine-color-dimmed)"
                role="img"
                aria-label="To do:"
                style={{ flexShrink: 0 }}
              />
            )}
            <div>
              <StepTitle {...step} />
              {!step.done && (
                <Text size="sm" c="dimmed">
                  {step.text}
                </Text>
              )}
            </div>
          </Group>
        ))}
      </Stack>
      <CreateDataset opened={creating} onClose={close} models={models} />
    </Paper>
  );
}

type Step = { done: boolean; title: string; text: string; href?: string; onStart?: () => void };

function StepTitle({ done, title, href, onStart }: Step) {
  if (!done && href) {
    return (
      <TextLink href={href} fw={550}>
        {title}
      </TextLink>
    );
  }
  if (!done && onStart) {
    return (
      <Anchor component="button" type="button" fw={550} onClick={onStart}>
        {title}
      </Anchor>
    );
  }
  return (
    <Text fw={550} c="dimmed">
      {title}
    </Text>
  );
}
