"use client";

import { useEffect } from "react";

const storageKey = "fltr.session-renewed-at";
const dayMilliseconds = 24 * 3600 * 1000;

/** Rendering a page cannot renew the session's cookie, so each visit asks for it: once a day in a tab. */
export function useSessionRenewal(): void {
  useEffect(() => {
    const renew = () => {
      if (document.visibilityState === "visible" && isDue()) void renewSession();
    };
    renew();
    document.addEventListener("visibilitychange", renew);
    return () => document.removeEventListener("visibilitychange", renew);
  }, []);
}

function isDue(): boolean {
  return Date.now() - Number(sessionStorage.getItem(storageKey) ?? 0) > dayMilliseconds;
}

async function renewSession(): Promise<void> {
  // Before the answer, so that two effects do not ask twice.
  sessionStorage.setItem(storageKey, String(Date.now()));
  const renewed = await fetch("/api/auth/get-session", { cache: "no-store" }).catch(() => null);
  if (!renewed?.ok) sessionStorage.removeItem(storageKey);
}
