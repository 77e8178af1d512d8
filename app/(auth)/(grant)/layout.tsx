import type { ReactNode } from "react";
import { GrantProviders } from "./grant-providers.tsx";

export default function GrantLayout({ children }: { children: ReactNode }) {
  return <GrantProviders>{children}</GrantProviders>;
}
