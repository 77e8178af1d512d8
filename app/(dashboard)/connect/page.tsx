import type { Metadata } from "next";
import { env } from "#env";
import { requireUser } from "../../_components/user.ts";
import { ConnectView } from "./connect-view.tsx";

export const metadata: Metadata = { title: "Connect" };

export default async function ConnectPage() {
  await requireUser();
  return <ConnectView address={env.appUrl} />;
}
