import "./mantine.css";
import "@mantine/dropzone/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import type { ReactNode } from "react";
import { vectorModels } from "#server/embedding.ts";
import { configuredReranker } from "#server/reranking.ts";
import { requireUser } from "../_components/user.ts";
import { Hydrate } from "../_trpc/hydrate.tsx";
import { getQueryClient, trpc } from "../_trpc/server.ts";
import { DashboardProviders } from "./dashboard-providers.tsx";
import { Shell } from "./shell.tsx";

export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const user = await requireUser();
  await getQueryClient().prefetchQuery(trpc.credits.get.queryOptions({}));
  return (
    <DashboardProviders
      offer={{ reranking: configuredReranker() !== null, embedding: vectorModels().length > 1 }}
    >
      <Hydrate>
        <Shell user={user}>{children}</Shell>
      </Hydrate>
    </DashboardProviders>
  );
}
