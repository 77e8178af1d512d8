"use client";

import { useMounted } from "@mantine/hooks";
import { type ComponentType, lazy, type ReactNode, Suspense, useState } from "react";

type Openable = { opened: boolean };

/** A dialog whose code is fetched when it is first opened; from then on it stays, with what was typed there. */
export function onceOpened<Props extends Openable>(load: () => Promise<ComponentType<Props>>) {
  const Dialog: ComponentType<Props> = lazy(async () => ({ default: await load() }));
  return (props: Props) => (
    <OnceOpened opened={props.opened}>
      <BeginsClosed dialog={Dialog} props={props} />
    </OnceOpened>
  );
}

function OnceOpened({ opened, children }: { opened: boolean; children: ReactNode }) {
  const [asked, setAsked] = useState(opened);
  if (opened && !asked) setAsked(true);
  return asked ? <Suspense>{children}</Suspense> : null;
}

/** Only a dialog that was there before it opens gives the focus back to where it came from. */
function BeginsClosed<Props extends Openable>(one: { dialog: ComponentType<Props>; props: Props }) {
  const { dialog: Dialog, props } = one;
  const mounted = useMounted();
  return <Dialog {...props} opened={props.opened && mounted} />;
}
