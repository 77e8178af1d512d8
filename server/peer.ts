/**
 * The address of the socket a request came in on. Fetch handlers know no socket, so the process notes it
 * beside the request; a header would be anybody's to forge.
 */
import { clientAddress, exactClientAddress } from "./client-address.ts";

const peers = new WeakMap<Request, string>();

export function notePeer(request: Request, address: string | undefined): void {
  if (address) peers.set(request, address);
}

/** Whom the limits of an address bind: an IPv4 address or an IPv6 /64. */
export function limitAddressOf(request: Request): string {
  return clientAddress(request.headers, peers.get(request));
}

/** The exact address, for allow-lists. */
export function exactAddressOf(request: Request): string {
  return exactClientAddress(request.headers, peers.get(request));
}
