"use client";

import { Badge, Tabs, TabsList, TabsPanel, TabsTab, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { count } from "../../../_components/format.ts";
import { PageHeader } from "../../../_components/page-header.tsx";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { useTRPC } from "../../../_trpc/provider.tsx";
import { AccessPanel } from "./access-panel.tsx";
import { DocumentsPanel } from "./documents-panel.tsx";
import { DropAnywhere } from "./drop-anywhere.tsx";
import { EndpointsPanel } from "./endpoints/endpoints-panel.tsx";
import { pollWhileBusy } from "./poll-while-busy.ts";
import { QualityPanel } from "./quality/quality-panel.tsx";
import { SearchPanel } from "./search-panel.tsx";
import { SettingsPanel } from "./settings-panel.tsx";
import { type Tab, tabOf, tabs } from "./tabs.ts";
import { useUploads } from "./use-uploads.ts";

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
  const uploads = useUploads(datasetId);
  const show = (value: string | null) => {
    const next = tabOf(value) ?? "search";
    setTab(next);
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
                    {documentCount}
                  </Text>
                ) : null
              }
            >
              {label}
            </TabsTab>
          ))}
        </TabsList>
        <TabsPanel value="search">
          <SearchPanel
            datasetId={datasetId}
            address={props.address}
            own
            extent={`${count(documents.ready, "document")} ready, ${count(chunkCount, "passage")}`}
            {...(documents.ready === 0 ? { onAddDocuments: () => show("documents") } : {})}
          />
        </TabsPanel>
        <TabsPanel value="documents">
          <DocumentsPanel
            datasetId={datasetId}
            states={documents}
            indexing={dataset.data.indexing}
            uploads={uploads}
            firstDocument={props.firstDocument}
          />
        </TabsPanel>
        <TabsPanel value="endpoints">
          <EndpointsPanel datasetId={datasetId} address={props.address} />
        </TabsPanel>
        <TabsPanel value="quality">
          <QualityPanel datasetId={datasetId} />
        </TabsPanel>
        <TabsPanel value="access">
          <AccessPanel datasetId={datasetId} visibility={visibility} />
        </TabsPanel>
        <TabsPanel value="settings">
          <SettingsPanel dataset={dataset.data} models={props.models} />
        </TabsPanel>
      </Tabs>
    </>
  );
}
