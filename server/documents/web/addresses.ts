/**
 * Where the server may connect on somebody's behalf: to public unicast addresses, and to what the operator
 * lists in FETCH_ALLOWLIST. Whatever else a name resolves to (this machine, the network it stands in, cloud
 * metadata, IPv4 within IPv6) is refused, so that nobody reads through the server what he cannot reach.
 */
import ipaddr from "ipaddr.js";
import { ConfigurationError, env } from "#env";

export type Allowlist = {
  readonly hosts: ReadonlySet<string>;
  readonly ranges: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];
};

/** @throws ConfigurationError for an entry that is neither a host's name nor an address or range */
export function parseFetchAllowlist(entries: readonly string[]): Allowlist {
  const hosts = new Set<string>();
  const ranges: [ipaddr.IPv4 | ipaddr.IPv6, number][] = [];
  for (const entry of entries) {
    if (ipaddr.isValidCIDR(entry)) ranges.push(ipaddr.parseCIDR(entry));
    else if (ipaddr.isValid(entry)) {
      const address = ipaddr.process(entry);
      ranges.push([address, address.kind() === "ipv4" ? 32 : 128]);
    } else if (/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(entry)) hosts.add(entry.toLowerCase());
    else throw new ConfigurationError(`FETCH_ALLOWLIST: "${entry}" is no host, address or CIDR range.`);
  }
  return { hosts, ranges };
}

let allowlist: Allowlist | undefined;

export function fetchAllowlist(): Allowlist {
  allowlist ??= parseFetchAllowlist(env.FETCH_ALLOWLIST);
  return allowlist;
}

/** The operator said that this host, or this address, may be private and on any port. */
export function isListed(host: string, address: string, list: Allowlist): boolean {
  if (list.hosts.has(host)) return true;
  const parsed = ipaddr.process(address);
  return list.ranges.some(
    ([network, bits]) => network.kind() === parsed.kind() && parsed.match([network, bits] as never),
  );
}

/** As far as the address itself tells, before its name is resolved. */
export function isListedByName({ hostname }: URL): boolean {
  const list = fetchAllowlist();
  const host = hostname.replace(/^\[|\]$/g, "");
  return list.hosts.has(host) || (ipaddr.isValid(host) && isListed(host, host, list));
}

/** Azure's platform address is public by number and private by what it answers. */
const platformAddress = ipaddr.parse("168.63.129.16").toString();
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== "unicast" || parsed.toString() === platformAddress) return false;
  // RFC 4291 §2.4: the rest is unassigned, or IPv4 in a form that is no longer used.
  return parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast);
}
