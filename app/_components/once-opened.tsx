"use client";

import { type ComponentType, lazy, type ReactNode, Suspense, useState } from "react";

/** A dialog whose code is fetched when it is first opened; from then on it stays, with what was typed there. */
export function onceOpened<Props extends { opened: boolean }>(load: () => Promise<ComponentType<Props>>) {
  const Dialog: ComponentType<Props> = lazy(async () => ({ default: await load() }));
  return (props: Props) => (
    <OnceOpened opened={props.opened}>
      <Dialog {...props} />
    </OnceOpened>
  );
}

function OnceOpened({ opened, children }: { opened: boolean; children: ReactNode }) {
  const [asked, setAsked] = useState(opened);
  if (opened && !asked) setAsked(true);
  return asked ? <Suspense>{children}</Suspense> : null;
}
