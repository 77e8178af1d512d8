"use client";

import { ModalsProvider } from "@mantine/modals";
import { useEffect } from "react";

export default function DialogList({ onListed }: { onListed: () => void }) {
  return (
    <ModalsProvider>
      <Listed onListed={onListed} />
    </ModalsProvider>
  );
}

/** The provider listens from its layout effect on, which comes before this one. */
function Listed({ onListed }: { onListed: () => void }) {
  useEffect(onListed, [onListed]);
  return null;
}
