/** A port of this machine for a server that is started a moment later. */
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below what systems give to outgoing connections (Linux from 32768): one of those could take it meanwhile. */
const first = 20_000;
const end = 32_000;
const given = new Set<number>();

export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(first, end);
    if (given.has(port)) continue;
    given.add(port);
    const probe = createServer().listen(port, "127.0.0.1");
    const listens = await once(probe, "listening").then(
      () => true,
      () => false,
    );
    if (!listens) continue;
    probe.close();
    await once(probe, "close");
    return port;
  }
}
