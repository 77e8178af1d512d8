import type { Metadata } from "next";
import { env } from "#env";
import { choicesKey, loadDatasetChoices } from "../../_components/access-fields/dataset-choices.ts";
import { requireUser } from "../../_components/user.ts";
import { Hydrate } from "../../_trpc/hydrate.tsx";
import { makeQueryClient } from "../../_trpc/query-client.ts";
import { getQueryClient, trpc } from "../../_trpc/server.ts";
import { PlaygroundView } from "./playground-view.tsx";

export const metadata: Metadata = { title: "Playground" };

export default async function PlaygroundPage() {
  await requireUser();
  // Their pages need not be sent: the browser gets the names alone.
  const pages = makeQueryClient();
  await getQueryClient().prefetchQuery({
    queryKey: choicesKey(trpc.datasets.pathKey()),
    queryFn: () =>
      loadDatasetChoices({
        mine: (page) => pages.fetchQuery(trpc.datasets.mine.queryOptions(page)),
        list: (page) => pages.fetchQuery(trpc.datasets.list.queryOptions(page)),
      }),
  });
  return (
    <Hydrate>
      <PlaygroundView address={env.appUrl} />
    </Hydrate>
  );
}
