"use client";

import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "../../../_trpc/provider.tsx";

/** Signs out every other browser and, where asked for, disconnects every app; then says what ended. */
export function useSignOutOthers(onDone: () => void) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  return useMutation(
    trpc.sessions.deleteOthers.mutationOptions({
      onSuccess: async (ended) => {
        notifications.show({ message: endedText(ended) });
        onDone();
        await Promise.all([
          queries.invalidateQueries(trpc.sessions.pathFilter()),
          queries.invalidateQueries(trpc.connections.pathFilter()),
        ]);
      },
    }),
  );
}

function endedText({ signedOut, disconnected }: { signedOut: number; disconnected: number }): string {
  const parts = [
    signedOut > 0 && `${signedOut} ${signedOut === 1 ? "browser is" : "browsers are"} signed out`,
    disconnected > 0 && `${disconnected} ${disconnected === 1 ? "app is" : "apps are"} disconnected`,
  ].filter(Boolean);
  return parts.length > 0 ? parts.join("; ") : "Nothing else was signed in or connected";
}
