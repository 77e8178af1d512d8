let leaving = false;

/** What is sent while its page goes away arrives all the same. */
export function lastingFetch(address: URL | RequestInfo, init?: object): Promise<Response> {
  return fetch(address, leaving ? { ...init, keepalive: true } : init);
}

if (typeof window !== "undefined") {
  window.addEventListener("pagehide", () => setLeaving(true), { capture: true });
  window.addEventListener("pageshow", () => setLeaving(false));
}

function setLeaving(now: boolean): void {
  leaving = now;
}
