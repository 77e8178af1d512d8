/** The call that a form describes, and what its answer shows. */
import type { ReferenceOperation } from "./operation.ts";

export type Shown = { status: string; headers: string; body: string };

/** Headers worth a look; the others are the transport's. */
const shownHeaders = /^(x-ratelimit-|ratelimit|x-credits-|x-request-id|retry-after|www-authenticate)/;
const longestBody = 20_000;

/** Without a key the browser's session calls, as everywhere on this site. Empty parameters are left out. */
export function requestOf(
  {
    method,
    path,
    parameters,
    body: takesBody,
  }: Pick<ReferenceOperation, "method" | "path" | "parameters" | "body">,
  values: Readonly<Record<string, string>>,
  body: string,
  key: string,
): { url: string; init: RequestInit } {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
  const query = new URLSearchParams();
  for (const { name, in: place } of parameters) {
    const value = values[name];
    if (place === "query" && value) query.set(name, value);
  }
  return {
    url: `/api/v1${filled}${query.size > 0 ? `?${query}` : ""}`,
    init: {
      method,
      credentials: key ? "omit" : "same-origin",
      headers: {
        ...(key ? { "X-API-Key": key } : {}),
        ...(takesBody ? { "Content-Type": takesBody.type } : {}),
      },
      ...(takesBody ? { body } : {}),
    },
  };
}

export async function showResponse(response: Response): Promise<Shown> {
  const text = await response.text();
  const headers = [...response.headers].filter(([name]) => shownHeaders.test(name));
  return {
    status: `${response.status} ${response.statusText}`.trim(),
    headers: headers.map(([name, value]) => `${name}: ${value}`).join("\n"),
    body: pretty(text).slice(0, longestBody),
  };
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
