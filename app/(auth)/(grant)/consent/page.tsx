import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { appRouter } from "#server/router.ts";
import { findOAuthQuery } from "../../../_components/authorization-request.ts";
import { findUser } from "../../../_components/user.ts";
import { orNull, visitorContext } from "../../../_trpc/server.ts";
import { RequestLapsed } from "../../request-lapsed.tsx";
import { ConsentView } from "./consent-view.tsx";

export const metadata: Metadata = { title: "Connect an app", robots: { index: false } };

export default async function ConsentPage() {
  const oauthQuery = await findOAuthQuery();
  if (oauthQuery === null) return <RequestLapsed />;
  const user = await findUser();
  if (!user) redirect(`/sign-in?${oauthQuery}`);
  const api = appRouter.createCaller(await visitorContext());
  const asked = await orNull(api.connections.ask({ request: { oauthQuery } }));
  if (!asked) return <RequestLapsed />;
  return <ConsentView asked={asked} oauthQuery={oauthQuery} user={user} now={new Date().toISOString()} />;
}
