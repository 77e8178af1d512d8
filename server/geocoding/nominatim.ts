/**
 * A geocoding service that speaks Nominatim's interface, where one is configured. Its usage policy is kept by
 * all processes together: one request a second, answers kept in the database, an honest User-Agent
 * (https://operations.osmfoundation.org/policies/nominatim).
 */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { query } from "#db/client.ts";
import { env } from "#env";
import { log } from "../log.ts";
import { countryName } from "./countries.ts";
import type { City } from "./find.ts";
import { normalise } from "./spelling.ts";

const keptDays = 30;
/** Longer than so one does not wait for a turn. */
const longestWaitMs = 3_000;

const placeSchema = z.object({
  lat: z.coerce.number().min(-90).max(90),
  lon: z.coerce.number().min(-180).max(180),
  name: z.string().min(1),
  address: z.object({
    country_code: z.string().length(2),
    country: z.string().optional(),
    state: z.string().optional(),
    region: z.string().optional(),
  }),
  extratags: z.object({ population: z.coerce.number().int().optional().catch(undefined) }).nullish(),
});
/** What is not a place that it knows is left out, not an error. */
const answerSchema = z.array(z.unknown());

const storedSchema = z.array(
  z.object({
    name: z.string(),
    country: z.string(),
    countryCode: z.string(),
    region: z.string().nullable(),
    latitude: z.number(),
    longitude: z.number(),
    population: z.number().nullable(),
  }),
);

/** Null when the service cannot be asked now, or does not answer as it should. */
export async function askNominatim(
  city: string,
  country: string | null,
  signal: AbortSignal,
): Promise<City[] | null> {
  if (!env.GEOCODER_URL) return null;
  const words = [env.GEOCODER_URL, normalise(city), country ?? ""].join("\n");
  const key = createHash("sha256").update(words).digest("base64url");
  const [kept] = await query<{ places: unknown }>(
    "select places from geocoder_answers where key = $1 and expires_at > now()",
    [key],
  );
  if (kept) return storedSchema.parse(kept.places);
  if (!(await takeTurn(signal))) return null;
  const found = await request(env.GEOCODER_URL, city, country, signal);
  if (!found) return null;
  await query(
    `insert into geocoder_answers (key, places, expires_at)
     values ($1, $2::text::jsonb, now() + make_interval(days => $3::int))
     on conflict (key) do update set places = excluded.places, expires_at = excluded.expires_at`,
    [key, JSON.stringify(found), found.length > 0 ? keptDays : 1],
  );
  return found;
}

/** One a second, of whichever process. False when too many wait already. */
async function takeTurn(signal: AbortSignal): Promise<boolean> {
  const [turn] = await query<{ wait: number }>(
    `insert into geocoder_turns as t (id, next_at) values (1, clock_timestamp() + interval '1 second')
     on conflict (id) do update set next_at = greatest(t.next_at, clock_timestamp()) + interval '1 second'
       where t.next_at < clock_timestamp() + make_interval(secs => $1::float8 / 1000)
     returning extract(epoch from t.next_at - interval '1 second' - clock_timestamp())::float8 * 1000 as wait`,
    [longestWaitMs],
  );
  if (!turn) return false;
  if (turn.wait > 0) await sleep(turn.wait, undefined, { signal });
  return true;
}

async function request(
  service: string,
  city: string,
  country: string | null,
  signal: AbortSignal,
): Promise<City[] | null> {
  const url = new URL(`${service.replace(/\/+$/, "")}/search`);
  url.search = new URLSearchParams({
    q: city,
    format: "jsonv2",
    featureType: "city",
    addressdetails: "1",
    extratags: "1",
    "accept-language": "en",
    limit: "10",
    ...(country ? { countrycodes: country.toLowerCase() } : {}),
  }).toString();
  try {
    const response = await fetch(url, {
      headers: { "User-Agent": `FLTR (${env.appUrl})`, Accept: "application/json" },
      signal: AbortSignal.any([signal, AbortSignal.timeout(env.GEOCODER_TIMEOUT_SECONDS * 1000)]),
      redirect: "error",
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return answerSchema.parse(await response.json()).flatMap(toCity);
  } catch (error) {
    signal.throwIfAborted();
    // Not what was asked for, which is the caller's affair.
    log.warn({ reason: error instanceof Error ? error.name : "unknown" }, "the geocoding service failed");
    return null;
  }
}

function toCity(place: unknown): City[] {
  const { success, data } = placeSchema.safeParse(place);
  if (!success) return [];
  const code = data.address.country_code.toUpperCase();
  return [
    {
      name: data.name,
      country: countryName(code),
      countryCode: code,
      region: data.address.state ?? data.address.region ?? null,
      latitude: data.lat,
      longitude: data.lon,
      population: data.extratags?.population ?? null,
    },
  ];
}
