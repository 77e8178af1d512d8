import type { Metadata } from "next";
import { env } from "#env";
import { idField } from "#server/fields.ts";
import { appRouter } from "#server/router.ts";
import { requireUser } from "../../_components/user.ts";
import { Hydrate } from "../../_trpc/hydrate.tsx";
import { getQueryClient, orNull, trpc, visitorContext } from "../../_trpc/server.ts";
import { AddDataset, type AskedDataset } from "./add-dataset.tsx";
import { ConnectionsView } from "./connections-view.tsx";

export const metadata: Metadata = { title: "Connections" };

/** With `connection` and `dataset`, where an app sends its owner for one dataset more (`grantUrl`). */
export default async function ConnectionsPage({ searchParams }: PageProps<"/connections">) {
  const { email } = await requireUser();
  const { connection, dataset } = await searchParams;
  if (typeof connection === "string" && typeof dataset === "string") {
    const api = appRouter.createCaller(await visitorContext());
    const { items } = await api.connections.list({});
    return (
      <AddDataset
        connection={items.find(({ id }) => id === connection) ?? null}
        dataset={await findDataset(dataset)}
        email={email}
      />
    );
  }
  await getQueryClient().prefetchQuery(trpc.connections.list.queryOptions({}));
  return (
    <Hydrate>
      <ConnectionsView address={env.appUrl} />
    </Hydrate>
  );
}

/** One that the visitor may read, and so may grant. */
async function findDataset(datasetId: string): Promise<AskedDataset | null> {
  if (!idField.safeParse(datasetId).success) return null;
  const api = appRouter.createCaller(await visitorContext());
  const found = await orNull(api.datasets.manifest({ datasetId }));
  return found && { id: found.datasetId, name: found.name, description: found.description };
}
