/** Stands for our own origin where only the path matters. */
const self = "http://self.invalid";

/** Where a visitor goes after sign-in: a path of ours, whatever the link asked for. */
export function returnPath(
  wanted: string | readonly string[] | null | undefined,
  fallback = "/overview",
): string {
  if (typeof wanted !== "string" || !wanted.startsWith("/")) return fallback;
  const url = URL.parse(wanted, self);
  // "/.//elsewhere" is ours until it is normalised.
  if (!url || url.origin !== self || url.pathname.startsWith("//")) return fallback;
  return `${url.pathname}${url.search}${url.hash}`;
}

export function signInPath(from: string): string {
  return `/sign-in?next=${encodeURIComponent(returnPath(from))}`;
}
