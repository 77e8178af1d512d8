"use client";

import { Button, Skeleton, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDatabase, IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { EmptyBox } from "../../_components/empty-box.tsx";
import { onceOpened } from "../../_components/once-opened.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { PageSection } from "../../_components/page-section.tsx";
import { Pager, usePlace } from "../../_components/pager.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { DatasetList } from "./dataset-list.tsx";

const CreateDataset = onceOpened(async () => (await import("./create-dataset.tsx")).CreateDataset);

export function DatasetsView({ models }: { models: readonly string[] }) {
  const trpc = useTRPC();
  const place = usePlace();
  const input = place.cursor ? { cursor: place.cursor } : {};
  const mine = useQuery({ ...trpc.datasets.mine.queryOptions(input), placeholderData: keepPreviousData });
  const readable = useQuery(trpc.datasets.list.queryOptions({}));
  const [creating, { open, close }] = useDisclosure();
  const others = readable.data?.items.filter(({ own }) => !own) ?? [];
  const create = (
    <Button leftSection={<IconPlus size={16} />} onClick={open}>
      New dataset
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Datasets"
        description="A dataset is a set of documents that AI apps and people search together."
        actions={create}
      />
      <Stack gap={40}>
        <section aria-label="Your datasets">
          {mine.isPending && <Skeleton h={160} radius="lg" />}
          <ProblemAlert error={mine.error} onRetry={() => void mine.refetch()} />
          {mine.data?.items.length === 0 && place.first && (
            <EmptyBox
              icon={<IconDatabase size={22} stroke={1.6} />}
              title="Make your first dataset"
              action={
                <Button variant="default" onClick={open}>
                  Create a dataset
                </Button>
              }
            >
              Give it a name, then drop in files or whole folders. They can be searched seconds later. To look
              around first, search a public dataset below.
            </EmptyBox>
          )}
          {mine.data && mine.data.items.length > 0 && <DatasetList items={mine.data.items} />}
          <Pager
            place={place}
            nextCursor={mine.data?.nextCursor}
            label="Pages of your datasets"
            busy={mine.isPlaceholderData}
          />
        </section>
        <ProblemAlert error={readable.error} onRetry={() => void readable.refetch()} />
        {others.length > 0 && (
          <PageSection id="public-datasets" title="Public datasets">
            <DatasetList items={others} />
          </PageSection>
        )}
      </Stack>
      <CreateDataset opened={creating} onClose={close} models={models} />
    </>
  );
}
