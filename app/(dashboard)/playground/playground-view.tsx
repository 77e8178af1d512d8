"use client";

import { Button, Group, MultiSelect, Paper, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { IconColumns2, IconDatabaseOff, IconSearch } from "@tabler/icons-react";
import { type FormEvent, useRef } from "react";
import { operations } from "#server/operations.ts";
import { useDatasetChoices } from "../../_components/access-fields/use-dataset-choices.ts";
import { EmptyBox } from "../../_components/empty-box.tsx";
import { count } from "../../_components/format.ts";
import { ButtonLink } from "../../_components/links.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { AnswerBox } from "./answer-box.tsx";
import { SettingFields } from "./setting-fields.tsx";
import { useAsk } from "./use-ask.ts";
import { useEndpoints } from "./use-endpoints.ts";
import { usePlayground } from "./use-playground.ts";
import { mostDatasets, type Setting, type View } from "./view.ts";

const { priceCredits: price, extra } = operations["search.query"];
const reranking = extra.credits;

export function PlaygroundView({ address }: { address: string }) {
  const choices = useDatasetChoices();
  const { view, change } = usePlayground();
  const field = useRef<HTMLInputElement>(null);
  const first = useAsk();
  const second = useAsk();
  const datasets = choices.data?.items ?? [];
  // Until one is chosen: the first of one's own, or the first that is public.
  const datasetIds = view.datasetIds.length > 0 ? view.datasetIds : datasets.slice(0, 1).map(({ id }) => id);
  const endpoints = useEndpoints(datasetIds);
  const comparing = view.settings.length === 2;
  const columns = view.settings.map((setting, index) => ({ setting, ask: index === 0 ? first : second }));
  const pending = columns.some(({ ask }) => ask.isPending);
  const submit = (event: FormEvent) => {
    // React hands on what a dialog inside submits.
    if (event.target !== event.currentTarget) return;
    event.preventDefault();
    const question = view.question.trim();
    if (!question) return field.current?.focus();
    if (pending || datasetIds.length === 0) return;
    change({ ...view, question, datasetIds });
    for (const { setting, ask } of columns) {
      ask.mutate({ question, datasetIds, setting, fixed: endpoints.fixedOf(setting.endpoint) });
    }
  };
  if (choices.data && datasets.length === 0) return <NoDatasets />;
  const compare = () => change({ ...view, settings: [view.settings[0], view.settings[0]] });
  const actionOf = (index: number) => {
    if (!comparing) {
      return (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconColumns2 size={16} aria-hidden="true" />}
          onClick={compare}
        >
          Compare with another setting
        </Button>
      );
    }
    if (index === 0) return null;
    return (
      <Button size="xs" variant="default" onClick={() => change({ ...view, settings: [view.settings[0]] })}>
        Stop comparing
      </Button>
    );
  };
  const place = (index: number, setting: Setting): View["settings"] => {
    const [one, other] = view.settings;
    if (!other) return [setting];
    return index === 0 ? [setting, other] : [one, setting];
  };
  return (
    <>
      <Header />
      <search>
        <form onSubmit={submit} aria-label="Ask">
          <Stack gap="lg">
            <ProblemAlert error={choices.error} onRetry={() => void choices.refetch()} />
            <Paper withBorder p={{ base: "md", sm: "lg" }}>
              <Stack gap="sm">
                <Group gap="sm" align="flex-end">
                  <TextInput
                    ref={field}
                    flex="1 1 240px"
                    size="md"
                    type="search"
                    enterKeyHint="search"
                    label="Question"
                    placeholder="Words you expect in the answer"
                    maxLength={2000}
                    leftSection={<IconSearch size={18} aria-hidden="true" />}
                    value={view.question}
                    onChange={({ currentTarget }) => change({ ...view, question: currentTarget.value })}
                  />
                  <Button type="submit" size="md" loading={pending}>
                    {comparing ? "Ask both" : "Ask"}
                  </Button>
                </Group>
                <MultiSelect
                  label="Datasets"
                  placeholder={datasetIds.length === 0 ? "Choose what to search" : ""}
                  data={choicesOf(datasets, datasetIds)}
                  searchable
                  hidePickedOptions
                  maxValues={mostDatasets}
                  nothingFoundMessage="No dataset of this name"
                  value={[...datasetIds]}
                  onChange={(chosen) => change({ ...view, datasetIds: chosen })}
                />
                <Text size="sm" c="dimmed">
                  {costText(datasetIds.length, view.settings)}
                </Text>
              </Stack>
            </Paper>
            <SimpleGrid cols={comparing ? { base: 1, md: 2 } : 1} spacing="lg" verticalSpacing="lg">
              {columns.map(({ setting, ask }, index) => (
                <Stack
                  // biome-ignore lint/suspicious/noArrayIndexKey: there are two, and they stay where they are
                  key={index}
                  component="section"
                  gap="md"
                  miw={0}
                  aria-label={comparing ? `Setting ${nameOf(index)}` : "Setting"}
                >
                  <SettingFields
                    name={comparing ? `Setting ${nameOf(index)}` : "Setting"}
                    setting={setting}
                    endpoints={endpoints}
                    narrow={comparing}
                    onChange={(changed) => change({ ...view, settings: place(index, changed) })}
                    action={actionOf(index)}
                  />
                  <AnswerBox
                    ask={ask}
                    asked={{ question: view.question.trim(), datasetIds, setting }}
                    tuned={{ ...endpoints.savedOf(setting.endpoint), ...setting.options }}
                    own={
                      datasetIds.length === 1 && datasets.some(({ id, own }) => own && id === datasetIds[0])
                    }
                    address={address}
                    {...(comparing ? { other: otherOf(index, first, second) } : {})}
                  />
                </Stack>
              ))}
            </SimpleGrid>
          </Stack>
        </form>
      </search>
    </>
  );
}

function Header() {
  return (
    <PageHeader
      title="Playground"
      description="Ask as your apps do, see why each passage was found, and save what works as an endpoint."
    />
  );
}

function NoDatasets() {
  return (
    <>
      <Header />
      <EmptyBox
        icon={<IconDatabaseOff size={22} stroke={1.6} />}
        title="Nothing to ask yet"
        action={<ButtonLink href="/datasets">Make a dataset</ButtonLink>}
      >
        Make a dataset and add documents to it. As soon as one is ready, you can ask it here.
      </EmptyBox>
    </>
  );
}

const nameOf = (index: number) => (index === 0 ? "A" : "B");

type Ask = ReturnType<typeof useAsk>;

function otherOf(index: number, first: Ask, second: Ask) {
  return index === 0 ? { name: "B", answer: second.data } : { name: "A", answer: first.data };
}

type Choice = { id: string; name: string; own: boolean };

/** What the address names stays chosen, though it is gone or not loaded yet. */
function choicesOf(datasets: readonly Choice[], chosen: readonly string[]) {
  const items = (own: boolean) =>
    datasets.filter((one) => one.own === own).map(({ id, name }) => ({ value: id, label: name }));
  const unknown = chosen.filter((id) => !datasets.some((one) => one.id === id));
  return [
    { group: "Yours", items: items(true) },
    { group: "Public", items: items(false) },
    { group: "Others", items: unknown.map((id) => ({ value: id, label: id })) },
  ].filter((group) => group.items.length > 0);
}

function costText(datasets: number, settings: View["settings"]): string {
  const searches = Math.max(1, datasets) * settings.length;
  const reranked = Math.max(1, datasets) * settings.filter(({ options }) => options.rerank).length;
  const most = count(price * searches + reranking * reranked, "credit");
  const each = `${price} for each dataset${settings.length === 2 ? " and setting" : ""} that has a passage`;
  const more = reranked > 0 ? `, ${reranking} more where it is reranked` : "";
  return searches === 1
    ? `Asking costs ${most}; an answer without a passage is free.`
    : `Asking costs at most ${most}: ${each}${more}.`;
}
