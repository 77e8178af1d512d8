/**
 * The path that a request line asks for, as the fetch handlers will read it (RFC 9112 §3.2, WHATWG URL):
 * origin-form or absolute-form, without dot segments. Two readings of one path would be two routers.
 */

/** Null for what names no path: "*", an authority, garbage. */
export function requestTarget(target: string): { pathname: string; search: string } | null {
  const url = target.startsWith("/") ? URL.parse(`http://localhost${target}`) : URL.parse(target);
  if (url?.protocol !== "http:" && url?.protocol !== "https:") return null;
  return { pathname: url.pathname, search: url.search };
}
