/** Writes cities with their names, many in one statement; a city that is there already is replaced. */
import { queryWithin, type Transaction } from "#db/client.ts";
import type { citySources } from "#db/schema/geocoding.ts";
import { spellingsOf } from "./spelling.ts";

export type NewCity = {
  readonly id: string;
  readonly name: string;
  readonly country: string;
  readonly region: string | null;
  readonly latitude: number;
  readonly longitude: number;
  readonly population: number | null;
  readonly otherNames: readonly string[];
};

type Source = (typeof citySources)[number];

/** Longest spelling that is kept, and most of one city. */
const maxLength = 80;
const maxNames = 100;

export async function storeCities(
  tx: Transaction,
  source: Source,
  cities: readonly NewCity[],
): Promise<void> {
  const ids = JSON.stringify(cities.map(({ id }) => id));
  const rows = cities.map(({ otherNames, ...city }) => ({ ...city, source }));
  await queryWithin(
    tx,
    `insert into cities (id, source, name, country, region, latitude, longitude, population)
     select id, source, name, country, region, latitude, longitude, population
     from jsonb_to_recordset($1::text::jsonb) as c (id text, source text, name text, country text, region text,
       latitude float8, longitude float8, population integer)
     on conflict (id) do update set source = excluded.source, name = excluded.name, country = excluded.country,
       region = excluded.region, latitude = excluded.latitude, longitude = excluded.longitude,
       population = excluded.population`,
    [JSON.stringify(rows)],
  );
  await queryWithin(
    tx,
    "delete from city_names where city_id in (select jsonb_array_elements_text($1::text::jsonb))",
    [ids],
  );
  await queryWithin(
    tx,
    `insert into city_names (name, city_id, own)
     select name, city_id, own from jsonb_to_recordset($1::text::jsonb) as n (name text, city_id text, own boolean)`,
    [JSON.stringify(cities.flatMap(namesOf))],
  );
}

function namesOf({ id, name, otherNames }: NewCity) {
  const found = new Map<string, { name: string; city_id: string; own: boolean }>();
  for (const [index, given] of [name, ...otherNames].entries()) {
    for (const spelling of spellingsOf(given)) {
      if (spelling.length > maxLength || found.has(spelling) || found.size >= maxNames) continue;
      found.set(spelling, { name: spelling, city_id: id, own: index === 0 });
    }
  }
  return [...found.values()];
}

/**
 * Drops what is embedded and imported too. Half a degree is some 50 km: the middle of a large city is not the
 * same for everybody.
 */
export async function dropDoubles(tx: Transaction): Promise<void> {
  await queryWithin(
    tx,
    `delete from cities e where e.source = 'embedded' and exists (
       select from city_names mine join city_names other on other.name = mine.name
         join cities g on g.id = other.city_id
       where mine.city_id = e.id and g.source = 'geonames' and g.country = e.country
         and abs(g.latitude - e.latitude) < 0.5 and abs(g.longitude - e.longitude) < 0.5)`,
    [],
  );
}
