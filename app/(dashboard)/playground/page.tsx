import type { Metadata } from "next";
import { env } from "#env";
import { requireUser } from "../../_components/user.ts";
import { PlaygroundView } from "./playground-view.tsx";

export const metadata: Metadata = { title: "Playground" };

export default async function PlaygroundPage() {
  await requireUser();
  return <PlaygroundView address={env.appUrl} />;
}
