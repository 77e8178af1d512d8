"use client";

import { Box, Button, Collapse, Group, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDatabaseOff, IconSearch } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { operations } from "#server/operations.ts";
import { EmptyBox } from "../../../_components/empty-box.tsx";
import { onceOpened } from "../../../_components/once-opened.tsx";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { useTRPC, useTRPCClient } from "../../../_trpc/provider.tsx";
import { OptionFields } from "../../search/option-fields.tsx";
import { type ChosenOptions, sentOptions } from "../../search/option-words.ts";
import { SearchResult } from "../../search/search-result.tsx";
import { CallExamples } from "./call-examples.tsx";

const SaveEndpoint = onceOpened(async () => (await import("../../search/save-endpoint.tsx")).SaveEndpoint);

const price = operations["search.query"].priceCredits;

export function SearchPanel(props: {
  datasetId: string;
  address: string;
  /** Whether its options can be saved with it. */
  own?: boolean;
  /** How much there is to search. */
  extent?: string;
  /** Given when there is nothing to search yet. */
  onAddDocuments?: () => void;
}) {
  const { datasetId, extent, onAddDocuments } = props;
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queries = useQueryClient();
  const field = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState("");
  const [options, setOptions] = useState<ChosenOptions>({});
  const [choosing, { toggle }] = useDisclosure();
  const [saving, save] = useDisclosure();
  // Not a cached query: each search is paid for, so only a person may repeat it.
  const search = useMutation({
    mutationFn: async (words: string) => {
      const startedAt = performance.now();
      const answer = await client.search.query.query({
        datasetId,
        query: words,
        ...sentOptions(options),
        highlights: true,
      });
      return { ...answer, query: words, milliseconds: Math.round(performance.now() - startedAt) };
    },
    onSuccess: ({ creditsCharged }) => {
      if (creditsCharged > 0) void queries.invalidateQueries(trpc.credits.pathFilter());
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const words = query.trim();
    if (words && !search.isPending) search.mutate(words);
    else field.current?.focus();
  };
  if (onAddDocuments) {
    return (
      <EmptyBox
        icon={<IconDatabaseOff size={22} stroke={1.6} />}
        title="Nothing to search yet"
        action={
          <Button variant="default" onClick={onAddDocuments}>
            Add documents
          </Button>
        }
      >
        Add files or text to this dataset. As soon as the first document is ready, you can search it here.
      </EmptyBox>
    );
  }
  return (
    <Stack gap="lg">
      <Box component="form" role="search" onSubmit={submit}>
        <Group gap="sm" wrap="nowrap" align="flex-start">
          <TextInput
            ref={field}
            flex={1}
            size="md"
            type="search"
            enterKeyHint="search"
            aria-label="Search this dataset"
            placeholder="Words you expect in the answer"
            maxLength={2000}
            leftSection={<IconSearch size={18} aria-hidden="true" />}
            value={query}
            onChange={(event) => setQuery(event.currentTarget.value)}
          />
          <Button type="submit" size="md" loading={search.isPending}>
            Search
          </Button>
        </Group>
        <Text size="sm" c="dimmed" mt={8}>
          {extent ? `${extent}. ` : ""}A search costs {price} credits; one that finds nothing is free. Put
          words in quotes to find them as a phrase.
        </Text>
        <Group gap="xs" mt="xs">
          <Button size="compact-sm" variant="subtle" ml={-8} onClick={toggle} aria-expanded={choosing}>
            Options
          </Button>
          {props.own && choosing && (
            <Button size="compact-sm" variant="subtle" onClick={save.open}>
              Save as an endpoint
            </Button>
          )}
        </Group>
        <Collapse expanded={choosing}>
          <Box pt="xs">
            <OptionFields value={options} hidden={["highlights", "explain"]} onChange={setOptions} />
          </Box>
        </Collapse>
      </Box>
      {saving && <SaveEndpoint datasetId={datasetId} options={options} opened onClose={save.close} />}
      <ProblemAlert error={search.error} />
      <div aria-live="polite" aria-busy={search.isPending}>
        {search.isPending && <Skeleton h={140} radius="lg" />}
        {search.data && !search.isPending && <SearchResult result={search.data} />}
      </div>
      <CallExamples datasetId={datasetId} address={props.address} query={search.data?.query ?? ""} />
    </Stack>
  );
}
