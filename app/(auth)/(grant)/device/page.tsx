import type { Metadata } from "next";
import { requireUser } from "../../../_components/user.ts";
import { DeviceView } from "./device-view.tsx";

export const metadata: Metadata = { title: "Connect a device", robots: { index: false } };

export default async function DevicePage({ searchParams }: PageProps<"/device">) {
  const user = await requireUser();
  const { user_code: code } = await searchParams;
  return (
    <DeviceView
      code={typeof code === "string" ? code.slice(0, 20) : ""}
      user={user}
      now={new Date().toISOString()}
    />
  );
}
