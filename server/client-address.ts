/**
 * Whose address a call counts for. X-Forwarded-For is read from the right, one entry for each proxy that the
 * operator trusts, since everything left of that is written by the caller. An IPv6 host owns its whole /64,
 * so that is what a limit binds.
 */
import { BlockList, isIP, isIPv4 } from "node:net";
import { ConfigurationError, env } from "#env";

const UNKNOWN = "unknown";

/** The identity for limits: an IPv4 address, an IPv6 network like `2001:db8:0:1::/64`, or "unknown". */
export function clientAddress(
  headers: Headers,
  socketAddress: string | undefined,
  hops: number = env.TRUSTED_PROXY_HOPS,
): string {
  const address = exactClientAddress(headers, socketAddress, hops);
  if (isIP(address) !== 6) return address;
  return `${ipv6Groups(address).slice(0, 4).join(":")}::/64`;
}

/** The single address, for allow-lists: IPv4-mapped addresses as IPv4, without port, brackets or zone. */
export function exactClientAddress(
  headers: Headers,
  socketAddress: string | undefined,
  hops: number = env.TRUSTED_PROXY_HOPS,
): string {
  const peer = normalized(socketAddress ?? "") ?? UNKNOWN;
  if (hops === 0) return peer;
  // Fewer entries than proxies: the call came past them, and nothing in the header can be believed.
  return normalized(headers.get("x-forwarded-for")?.split(",").at(-hops) ?? "") ?? peer;
}

function normalized(text: string): string | undefined {
  const bare = text
    .trim()
    .replace(/^\[([^\]]*)\](:\d+)?$/, "$1")
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1")
    .replace(/%.*$/, "");
  const version = isIP(bare);
  if (version === 0) return undefined;
  if (version === 4) return bare;
  const groups = ipv6Groups(bare);
  const mapped = groups.slice(0, 5).every((group) => group === "0") && groups[5] === "ffff";
  if (!mapped) return bare.toLowerCase();
  return groups
    .slice(6)
    .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255])
    .join(".");
}

/** The eight groups of a valid address, without leading zeros. */
function ipv6Groups(address: string): string[] {
  const [head = "", tail] = address
    .split("::")
    .map((half) => half.split(":").filter(Boolean).flatMap(groupsOf));
  if (!head) return [];
  const zeros = tail ? Array.from({ length: 8 - head.length - tail.length }, () => "0") : [];
  return [...head, ...zeros, ...(tail ?? [])];
}

function groupsOf(part: string): string[] {
  if (!isIPv4(part)) return [Number.parseInt(part, 16).toString(16)];
  const [a = 0, b = 0, c = 0, d = 0] = part.split(".").map(Number);
  return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
}

const parsedLists = new WeakMap<readonly string[], BlockList>();

/**
 * Whether no limit binds the address. Give the exact address: a /64 is only inside of ranges as wide.
 * @param list addresses and CIDR ranges; @throws ConfigurationError for an entry that is neither
 */
export function isAllowlisted(address: string, list: readonly string[]): boolean {
  if (list.length === 0) return false;
  const ranges = parsedLists.get(list) ?? parseAllowlist(list);
  const [host = ""] = address.split("/");
  const version = isIP(host);
  return version !== 0 && ranges.check(host, version === 4 ? "ipv4" : "ipv6");
}

export function parseAllowlist(list: readonly string[]): BlockList {
  const ranges = new BlockList();
  for (const entry of list) {
    const [host = "", bits] = entry.split("/");
    const version = isIP(host);
    const family = version === 4 ? "ipv4" : "ipv6";
    const width = version === 4 ? 32 : 128;
    const prefix = bits === undefined ? width : Number(bits);
    if (version === 0 || entry.split("/").length > 2 || !/^\d+$/.test(bits ?? "0") || prefix > width) {
      throw new ConfigurationError(`RATE_LIMIT_ALLOWLIST: "${entry}" is no address or CIDR range.`);
    }
    ranges.addSubnet(host, prefix, family);
  }
  parsedLists.set(list, ranges);
  return ranges;
}
