/**
 * Manners towards a host: one request at a time from all processes together, a pause after each, and what
 * its robots.txt forbids is left alone (RFC 9309), which is read once a day. Hosts that the operator listed
 * get no pause.
 */
import { setTimeout as sleep } from "node:timers/promises";
import robotsParser from "robots-parser";
import { query } from "#db/client.ts";
import { isListedByName } from "./addresses.ts";
import { type FetchOptions, fetchWeb } from "./fetch.ts";
import { type Hop, WebRefusal } from "./request.ts";

const pauseSeconds = 0.5;
const longestPauseSeconds = 60;
const robotsBytes = 512 * 1024;
const productToken = "FLTR";

type Manners = {
  /** Whether robots.txt is asked: not for what a person named himself and no crawling leads to. */
  readonly robots: boolean;
  readonly leaseSeconds?: number;
  /** How long the host may be busy with others. */
  readonly patienceSeconds?: number;
};

/** For `fetchWeb`. It throws WebRefusal for what the host does not want to be read. */
export function visitor(manners: Manners) {
  return async (url: URL, go: () => Promise<Hop>): Promise<Hop> => {
    if (!manners.robots) return inTurn(url, go, pauseSeconds, manners);
    const robots = await robotsOf(url, manners);
    if (robots.isDisallowed(url.href, productToken)) {
      throw new WebRefusal("Its robots.txt does not allow it to be read by programs.");
    }
    return inTurn(url, go, robots.getCrawlDelay(productToken) ?? pauseSeconds, manners);
  };
}

async function inTurn(url: URL, go: () => Promise<Hop>, pause: number, manners: Manners): Promise<Hop> {
  await takeTurn(url.origin, manners);
  let rest = isListedByName(url) ? 0 : Math.min(pause, longestPauseSeconds);
  try {
    const hop = await go();
    const asked = Number(hop.headers["retry-after"] ?? 0);
    if ((hop.status === 429 || hop.status === 503) && asked > 0) rest = Math.min(asked, longestPauseSeconds);
    return hop;
  } finally {
    await query(
      "update web_hosts set busy_until = now() + make_interval(secs => $2::float8) where origin = $1",
      [url.origin, rest],
    );
  }
}

async function takeTurn(
  origin: string,
  { leaseSeconds = 60, patienceSeconds = 300 }: Manners,
): Promise<void> {
  const deadline = Date.now() + patienceSeconds * 1000;
  while (Date.now() < deadline) {
    const [row] = await query<{ taken: boolean; wait: number }>(
      `with taken as (
         insert into web_hosts (origin, busy_until) values ($1, now() + make_interval(secs => $2::int))
         on conflict (origin) do update set busy_until = excluded.busy_until
           where web_hosts.busy_until <= now()
         returning origin
       )
       select exists (select from taken) as taken,
         coalesce((select extract(epoch from busy_until - now())::float8 from web_hosts where origin = $1), 0) as wait`,
      [origin, leaseSeconds],
    );
    if (row?.taken) return;
    // Who holds it is usually done long before its lease ends.
    await sleep(Math.min(500, Math.max(20, (row?.wait ?? 0) * 1000)));
  }
  throw new WebRefusal("The host is busy with other requests of ours. Try again in a minute.");
}

async function robotsOf(url: URL, manners: Manners) {
  const address = `${url.origin}/robots.txt`;
  const [known] = await query<{ robots: string | null }>(
    "select robots from web_hosts where origin = $1 and robots_read_at > now() - interval '1 day'",
    [url.origin],
  );
  if (known && known.robots !== null) return robotsParser(address, known.robots);
  const options: FetchOptions = {
    maxBytes: robotsBytes,
    timeoutSeconds: 10,
    visit: visitor({ ...manners, robots: false }),
  };
  const answer = await fetchWeb(address, options);
  const { outcome } = answer;
  // RFC 9309 §2.3.1: what a host does not have forbids nothing, what it cannot give forbids all.
  if (outcome === "failed" && (answer.status === null || answer.status >= 500)) {
    throw new WebRefusal(answer.reason);
  }
  const robots = outcome === "read" ? new TextDecoder().decode(answer.body).replaceAll("\0", "") : "";
  await query(
    `insert into web_hosts (origin, busy_until, robots, robots_read_at) values ($1, now(), $2, now())
     on conflict (origin) do update set robots = excluded.robots, robots_read_at = excluded.robots_read_at`,
    [url.origin, robots],
  );
  return robotsParser(address, robots);
}
