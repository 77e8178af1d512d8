/**
 * One GET, no redirects: the name is resolved once, every address it has is judged, and the connection goes
 * to exactly one that was. Time, size on the wire and size unpacked are limited.
 */
import { lookup } from "node:dns/promises";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import type { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { type Allowlist, isListed, isPublicAddress } from "./addresses.ts";

/** Every address of a host. */
export type Resolve = (host: string) => Promise<{ address: string; family: number }[]>;

export const resolveHost: Resolve = (host) => lookup(host, { all: true });

/** Why a page could not be had, in words for who asked for it. */
export class WebRefusal extends Error {}

export type Hop = { status: number; headers: http.IncomingHttpHeaders; body: Uint8Array };

type Ask = {
  readonly headers: Record<string, string>;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly resolve: Resolve;
  readonly allowlist: Allowlist;
};

const maxAddress = 2_000;

/** @throws WebRefusal for what is no address that may be asked for */
export function parseAddress(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (!url) throw new WebRefusal("This is not an address.");
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new WebRefusal("Only http and https addresses can be read.");
  }
  if (url.username || url.password) throw new WebRefusal("The address must not carry a user or password.");
  if (url.href.length > maxAddress) throw new WebRefusal("The address is too long.");
  url.hash = "";
  return url;
}

/** @throws WebRefusal */
export async function request(url: URL, ask: Ask): Promise<Hop> {
  const address = await addressOf(url, ask);
  try {
    const response = await send(url, address, ask);
    const reads = response.statusCode === 200 || response.statusCode === 203;
    const body = reads ? await bodyOf(response, ask) : new Uint8Array();
    response.destroy();
    return { status: response.statusCode ?? 0, headers: response.headers, body };
  } catch (error) {
    if (error instanceof WebRefusal) throw error;
    throw new WebRefusal(wordsFor(error, ask.signal));
  }
}

async function addressOf(url: URL, { resolve, allowlist }: Ask) {
  const host = hostOf(url);
  const found = isIP(host) ? [{ address: host, family: isIP(host) }] : await resolveOr(host, resolve);
  const [first] = found;
  if (!first) throw new WebRefusal(`There is no host ${host}.`);
  const listed = found.every(({ address }) => isListed(host, address, allowlist));
  if (!listed && !found.every(({ address }) => isPublicAddress(address))) {
    throw new WebRefusal(`${host} is not a public address. The operator can allow it: FETCH_ALLOWLIST.`);
  }
  if (!listed && url.port !== "") {
    throw new WebRefusal("Only the usual ports can be read: 80 for http, 443 for https.");
  }
  return first;
}

async function resolveOr(host: string, resolve: Resolve) {
  try {
    return await resolve(host);
  } catch {
    throw new WebRefusal(`There is no host ${host}.`);
  }
}

function hostOf(url: URL): string {
  return url.hostname
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
}

function send(
  url: URL,
  { address, family }: { address: string; family: number },
  { headers, signal }: Ask,
): Promise<IncomingMessage> {
  const host = hostOf(url);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const secure = url.protocol === "https:";
  const sent = (secure ? https : http).request({
    host: address,
    family,
    port: url.port || (secure ? 443 : 80),
    path: url.pathname + url.search,
    headers: { ...headers, host: url.host },
    setHost: false,
    ...(isIP(host) ? {} : { servername: host }),
    agent: false,
    signal,
    maxHeaderSize: 32 * 1024,
  });
  sent.once("response", resolve);
  sent.on("error", reject);
  sent.end();
  return promise;
}

const decoders: Record<string, (() => Transform) | null> = {
  identity: null,
  "": null,
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

async function bodyOf(response: IncomingMessage, { maxBytes }: Ask): Promise<Uint8Array> {
  const tooLarge = () =>
    new WebRefusal(`It has more than ${Math.floor(maxBytes / (1024 * 1024)) || "half a"} MB.`);
  if (Number(response.headers["content-length"] ?? 0) > maxBytes) {
    response.destroy();
    throw tooLarge();
  }
  const encoding = (response.headers["content-encoding"] ?? "").trim().toLowerCase();
  const decoder = decoders[encoding];
  if (decoder === undefined) {
    response.destroy();
    throw new WebRefusal(`It is packed in a way that is not understood: ${encoding.slice(0, 40)}.`);
  }
  const parts: Buffer[] = [];
  let bytes = 0;
  const collect = async (source: AsyncIterable<Buffer>) => {
    for await (const part of source) {
      bytes += part.length;
      if (bytes > maxBytes) throw tooLarge();
      parts.push(part);
    }
  };
  if (decoder) await pipeline(response, decoder(), collect);
  else await pipeline(response, collect);
  return Buffer.concat(parts);
}

const words: Record<string, string> = {
  ECONNREFUSED: "The host refuses the connection.",
  ECONNRESET: "The host broke the connection.",
  EHOSTUNREACH: "The host cannot be reached.",
  ENETUNREACH: "The host cannot be reached.",
  ETIMEDOUT: "The host does not answer.",
  Z_DATA_ERROR: "It is not packed as it says.",
  Z_BUF_ERROR: "It ends in the middle.",
  ERR_STREAM_PREMATURE_CLOSE: "It ends in the middle.",
  HPE_HEADER_OVERFLOW: "The headers of the answer are too large.",
};

function wordsFor(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return "It took too long.";
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (/CERT|TLS|SSL|ALTNAME/.test(code)) return `Its certificate is not accepted (${code}).`;
  return words[code] ?? (code.startsWith("HPE_") ? "The answer is not HTTP." : "The connection failed.");
}
