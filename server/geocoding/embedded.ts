/**
 * The embedded gazetteer: some 7,300 cities with coordinates and population, from the tables of the package
 * city-timezones (MIT; the places are those of Natural Earth, which is in the public domain). Loaded into the
 * database at first use, once an installation.
 */
import { z } from "zod";
import { database, query, queryWithin } from "#db/client.ts";
import { otherNames } from "./other-names.ts";
import { dropDoubles, type NewCity, storeCities } from "./store.ts";

/** Of the data and of how spellings are made: another one is loaded anew. */
const version = "1.3.4-2";

const batch = 1_000;
/** Any constant: names the lock under which one process loads while others wait. */
const loadLock = 7_315_012;

const placeSchema = z.object({
  city: z.string(),
  city_ascii: z.string(),
  lat: z.number(),
  lng: z.number(),
  pop: z.number(),
  country: z.string(),
  // -99 where there is none.
  iso2: z.coerce.string(),
  province: z.string().nullish(),
});

/** Two countries stand there without a code of ISO 3166. */
const codes: Record<string, string> = { Kosovo: "XK", Somaliland: "SO" };

const slot: { [key: symbol]: Promise<void> | undefined } = globalThis as never;
const key = Symbol.for("fltr.gazetteer");

/** Waits until the cities are in the database. A failure is tried again by the next call. */
export function ensureEmbedded(): Promise<void> {
  slot[key] ??= load().catch((error: unknown) => {
    slot[key] = undefined;
    throw error;
  });
  return slot[key];
}

/** For tests, which put another database under the process. */
export function forgetEmbedded(): void {
  slot[key] = undefined;
}

const isLoaded = "select from gazetteers where source = 'embedded' and version = $1";

async function load(): Promise<void> {
  if ((await query(isLoaded, [version])).length > 0) return;
  const cities = await readCities();
  const db = await database();
  await db.transaction(async (tx) => {
    await queryWithin(tx, `select pg_advisory_xact_lock($1::int)`, [loadLock]);
    if ((await queryWithin(tx, isLoaded, [version])).length > 0) return;
    await queryWithin(tx, "delete from cities where source = 'embedded'", []);
    for (let from = 0; from < cities.length; from += batch) {
      await storeCities(tx, "embedded", cities.slice(from, from + batch));
    }
    // Of an import that was there before.
    await dropDoubles(tx);
    await queryWithin(
      tx,
      `insert into gazetteers (source, version) values ('embedded', $1)
       on conflict (source) do update set version = $1, loaded_at = now()`,
      [version],
    );
  });
}

async function readCities(): Promise<NewCity[]> {
  // Two megabytes that are needed once an installation.
  const { cityMapping } = await import("city-timezones");
  const names = otherNames();
  return z
    .array(placeSchema)
    .parse(cityMapping)
    .flatMap(({ city, city_ascii, lat, lng, pop, country, iso2, province }, index) => {
      const code = codes[country] ?? iso2;
      if (!/^[A-Z]{2}$/.test(code)) return [];
      return {
        id: `ne_${index}`,
        name: city,
        country: code,
        region: province || null,
        latitude: rounded(lat),
        longitude: rounded(lng),
        population: pop > 0 ? Math.round(pop) : null,
        otherNames: [city_ascii, ...(names.get(`${code} ${city}`) ?? [])],
      };
    });
}

/** To about ten metres: a city has no more than that. */
function rounded(degrees: number): number {
  return Math.round(degrees * 10_000) / 10_000;
}
