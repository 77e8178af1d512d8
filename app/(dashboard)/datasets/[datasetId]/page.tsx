import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { env } from "#env";
import { vectorModels } from "#server/embedding.ts";
import { placeName, textsOf } from "../../../_components/search-params.ts";
import { requireUser } from "../../../_components/user.ts";
import { Hydrate } from "../../../_trpc/hydrate.tsx";
import { getQueryClient, orNull, trpc } from "../../../_trpc/server.ts";
import { DatasetView } from "./dataset-view.tsx";
import { flagsPerPage, readList, toListInput } from "./list-view.ts";
import { PassageDrawer } from "./passage-drawer.tsx";
import { placeOf } from "./passage-place.ts";
import { PublicDatasetView } from "./public-dataset-view.tsx";
import { tabOf } from "./tabs.ts";

export const metadata: Metadata = { title: "Dataset" };

export default async function DatasetPage({ params, searchParams }: PageProps<"/datasets/[datasetId]">) {
  await requireUser();
  const { datasetId } = await params;
  const { tab, ...asked } = await searchParams;
  const place = placeOf(asked);
  const passage = place && <PassageDrawer datasetId={datasetId} place={place} />;
  const queries = getQueryClient();
  const dataset = await orNull(queries.fetchQuery(trpc.datasets.get.queryOptions({ datasetId })));
  if (!dataset) {
    const manifest = await orNull(queries.fetchQuery(trpc.datasets.manifest.queryOptions({ datasetId })));
    if (!manifest) notFound();
    return (
      <>
        <PublicDatasetView
          datasetId={datasetId}
          name={manifest.name}
          description={manifest.description}
          address={env.appUrl}
        />
        {passage}
      </>
    );
  }
  const search = textsOf(asked);
  const cursor = search.get(placeName);
  const firstTab = tabOf(tab) ?? (dataset.documents.ready > 0 ? "search" : "documents");
  if (firstTab === "documents") {
    const list = { datasetId, ...toListInput(readList(search)), ...(cursor ? { cursor } : {}) };
    // All that stands above the list: it must not move when it is there.
    await Promise.all([
      queries.prefetchQuery(trpc.documents.list.queryOptions(list)),
      queries.prefetchQuery(trpc.sources.list.queryOptions({ datasetId })),
      queries.prefetchQuery(trpc.flags.list.queryOptions({ datasetId, limit: flagsPerPage })),
    ]);
  }
  return (
    <Hydrate>
      <DatasetView
        datasetId={datasetId}
        firstTab={firstTab}
        firstDocument={!place && typeof asked.document === "string" ? asked.document : null}
        address={env.appUrl}
        models={vectorModels()}
      />
      {passage}
    </Hydrate>
  );
}
