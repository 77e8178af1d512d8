/**
 * Reads an address of the web: follows a few redirects, each judged like the first, asks only for what
 * changed where an earlier answer is known (RFC 9110 §13.1), and says in words why there is nothing.
 */
import { env } from "#env";
import { type Allowlist, fetchAllowlist } from "./addresses.ts";
import { type Hop, parseAddress, type Resolve, request, resolveHost, WebRefusal } from "./request.ts";

type Validators = { readonly etag: string | null; readonly lastModified: string | null };

export type WebAnswer =
  | ({ outcome: "read"; url: string; mediaType: string; body: Uint8Array } & Validators)
  | { outcome: "unchanged" }
  | { outcome: "gone"; reason: string }
  | { outcome: "failed"; reason: string; status: number | null; retryAfterSeconds: number | null };

export type FetchOptions = {
  readonly maxBytes: number;
  readonly timeoutSeconds?: number;
  /** Of the answer that is there already. */
  readonly known?: Validators | undefined;
  readonly signal?: AbortSignal;
  /** Around each request of the way: waits for a turn, or throws WebRefusal. */
  readonly visit?: (url: URL, go: () => Promise<Hop>) => Promise<Hop>;
  readonly resolve?: Resolve;
  readonly allowlist?: Allowlist;
};

const maxRedirects = 5;
const defaultTimeoutSeconds = 30;

const userAgent = `FLTR/0.1 (+${env.appUrl})`;

export async function fetchWeb(address: string, options: FetchOptions): Promise<WebAnswer> {
  const { visit = (_url, go) => go(), known } = options;
  const visited = new Set<string>();
  try {
    let url = parseAddress(address);
    for (let redirects = 0; ; redirects++) {
      if (visited.has(url.href)) throw new WebRefusal("It redirects in a circle.");
      if (redirects > maxRedirects) throw new WebRefusal(`It redirects more than ${maxRedirects} times.`);
      visited.add(url.href);
      const here = url;
      const hop = await visit(here, () => request(here, askOf(options, known)));
      const next = redirectOf(here, hop);
      if (!next) return answerOf(here, hop);
      url = parseAddress(next);
    }
  } catch (error) {
    if (!(error instanceof WebRefusal)) throw error;
    return { outcome: "failed", reason: error.message, status: null, retryAfterSeconds: null };
  }
}

/** Time runs from when the request is sent: waiting for a turn is not the host's fault. */
function askOf(options: FetchOptions, known: Validators | undefined) {
  const { maxBytes, timeoutSeconds = defaultTimeoutSeconds, signal } = options;
  const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
  return {
    headers: {
      "user-agent": userAgent,
      accept: "text/html,application/xhtml+xml,text/markdown,text/plain;q=0.9,*/*;q=0.5",
      "accept-encoding": "gzip, deflate, br",
      ...(known?.etag ? { "if-none-match": known.etag } : {}),
      ...(known?.lastModified ? { "if-modified-since": known.lastModified } : {}),
    },
    maxBytes,
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    resolve: options.resolve ?? resolveHost,
    allowlist: options.allowlist ?? fetchAllowlist(),
  };
}

function redirectOf(url: URL, { status, headers }: Hop): string | null {
  if (![301, 302, 303, 307, 308].includes(status)) return null;
  const { location } = headers;
  if (!location || !URL.canParse(location, url)) throw new WebRefusal("It redirects to nowhere.");
  return new URL(location, url).href;
}

function answerOf(url: URL, { status, headers, body }: Hop): WebAnswer {
  if (status === 304) return { outcome: "unchanged" };
  if (status === 404 || status === 410) {
    return { outcome: "gone", reason: `There is no such page any more (${status}).` };
  }
  if (status !== 200 && status !== 203) {
    const reason =
      status === 401 || status === 403
        ? `It is not open to everybody (${status}).`
        : `The host answered with status ${status}.`;
    return { outcome: "failed", reason, status, retryAfterSeconds: secondsOf(headers["retry-after"]) };
  }
  return {
    outcome: "read",
    url: url.href,
    mediaType: headers["content-type"]?.slice(0, 200) ?? "",
    body,
    etag: storableHeader(headers.etag),
    lastModified: storableHeader(headers["last-modified"]),
  };
}

function storableHeader(value: string | undefined): string | null {
  return value && /^[\x20-\x7e]{1,500}$/.test(value) ? value : null;
}

/** RFC 9110 §10.2.3: seconds, or a date. */
function secondsOf(retryAfter: string | undefined): number | null {
  if (!retryAfter) return null;
  const seconds = /^\d+$/.test(retryAfter)
    ? Number(retryAfter)
    : (Date.parse(retryAfter) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null;
}
