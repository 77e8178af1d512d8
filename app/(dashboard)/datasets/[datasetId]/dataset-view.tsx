"use client";

import { Badge, Tabs, TabsList, TabsPanel, TabsTab, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { type ReactNode, useState } from "react";
import { count, formatNumber } from "../../../_components/format.ts";
import { PageHeader } from "../../../_components/page-header.tsx";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { useTRPC } from "../../../_trpc/provider.tsx";
import { DocumentsPanel } from "./documents-panel.tsx";
import { DropAnywhere } from "./drop-anywhere.tsx";
import { pollWhileBusy } from "./poll-while-busy.ts";
import { SearchPanel } from "./search-panel.tsx";
import { type Tab, tabOf, tabs } from "./tabs.ts";
import { useUploads } from "./use-uploads.ts";

const EndpointsPanel = dynamic(async () => (await import("./endpoints/endpoints-panel.tsx")).EndpointsPanel);
const QualityPanel = dynamic(async () => (await import("./quality/quality-panel.tsx")).QualityPanel);
const AccessPanel = dynamic(async () => (await import("./access-panel.tsx")).AccessPanel);
const SettingsPanel = dynamic(async () => (await import("./settings-panel.tsx")).SettingsPanel);

export function DatasetView(props: {
  datasetId: string;
  firstTab: Tab;
  firstDocument: string | null;
  address: string;
  models: readonly string[];
}) {
  const { datasetId } = props;
  const trpc = useTRPC();
  const dataset = useQuery({
    ...trpc.datasets.get.queryOptions({ datasetId }),
    refetchInterval: pollWhileBusy,
  });
  const [tab, setTab] = useState(props.firstTab);
  // Loaded when first looked at; from then on what was typed there stays.
  const [seen, setSeen] = useState<readonly Tab[]>([props.firstTab]);
  const uploads = useUploads(datasetId);
  const show = (value: string | null) => {
    const next = tabOf(value) ?? "search";
    setTab(next);
    setSeen((before) => [...new Set([...before, next])]);
    window.history.replaceState(null, "", `?tab=${next}`);
  };
  if (!dataset.data) return <ProblemAlert error={dataset.error} onRetry={() => void dataset.refetch()} />;
  const { name, description, visibility, documentCount, chunkCount, documents } = dataset.data;
  return (
    <>
      <PageHeader
        title={name}
        description={description}
        actions={
          <Badge variant="default" size="lg" tt="none" fw={500}>
            {visibility === "public" ? "Public" : "Private"}
          </Badge>
        }
      />
      <DropAnywhere
        onFiles={(files) => {
          show("documents");
          uploads.add(files);
        }}
      />
      <Tabs value={tab} onChange={show}>
        <TabsList mb="xl">
          {tabs.map(({ value, label }) => (
            <TabsTab
              key={value}
              value={value}
              rightSection={
                value === "documents" ? (
                  <Text span size="xs" c="dimmed" className="numeric">
                    {formatNumber(documentCount)}
                  </Text>
                ) : null
              }
            >
              {label}
            </TabsTab>
          ))}
        </TabsList>
        <Panel tab="search" seen={seen}>
          <SearchPanel
            datasetId={datasetId}
            address={props.address}
            own
            extent={`${count(documents.ready, "document")} ready, ${count(chunkCount, "passage")}`}
            {...(documents.ready === 0 ? { onAddDocuments: () => show("documents") } : {})}
          />
        </Panel>
        <Panel tab="documents" seen={seen}>
          <DocumentsPanel
            datasetId={datasetId}
            states={documents}
            indexing={dataset.data.indexing}
            uploads={uploads}
            firstDocument={props.firstDocument}
          />
        </Panel>
        <Panel tab="endpoints" seen={seen}>
          <EndpointsPanel datasetId={datasetId} address={props.address} />
        </Panel>
        <Panel tab="quality" seen={seen}>
          <QualityPanel datasetId={datasetId} />
        </Panel>
        <Panel tab="access" seen={seen}>
          <AccessPanel datasetId={datasetId} visibility={visibility} />
        </Panel>
        <Panel tab="settings" seen={seen}>
          <SettingsPanel dataset={dataset.data} models={props.models} />
        </Panel>
      </Tabs>
    </>
  );
}

function Panel(props: { tab: Tab; seen: readonly Tab[]; children: ReactNode }) {
  return <TabsPanel value={props.tab}>{props.seen.includes(props.tab) && props.children}</TabsPanel>;
}
