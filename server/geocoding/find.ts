/** Looks a city up in the gazetteer: by any spelling, the most populous first; and what is spelled nearly so. */
import { query } from "#db/client.ts";
import { countryCode, countryName } from "./countries.ts";
import { ensureEmbedded } from "./embedded.ts";
import { normalise, spellingsOf } from "./spelling.ts";

export type City = {
  readonly name: string;
  readonly country: string;
  readonly countryCode: string;
  readonly region: string | null;
  readonly latitude: number;
  readonly longitude: number;
  readonly population: number | null;
};

type Row = Omit<City, "countryCode">;

const columns = "c.name, c.country, c.region, c.latitude, c.longitude, c.population";
const maxCandidates = 10;
const maxNear = 5;

/**
 * @param city may name country or region after a comma: "London, Ontario"
 * @param country a code, or null for any
 */
export async function findCities(city: string, country: string | null): Promise<City[]> {
  await ensureEmbedded();
  const whole = await namedSo(city, country);
  const [, name = "", hint = ""] = city.match(/^(.*\S)\s*,\s*([^,]+)$/) ?? [];
  if (whole.length > 0 || !name) return whole;
  const code = countryCode(hint);
  const region = normalise(hint);
  const found = await namedSo(name, country);
  return found.filter(
    (one) => one.countryCode === code || (region !== "" && normalise(one.region ?? "").startsWith(region)),
  );
}

async function namedSo(name: string, country: string | null): Promise<City[]> {
  const rows = await query<Row>(
    `select ${columns} from (
       select city_id, bool_or(own) as own from city_names
       where name in (select jsonb_array_elements_text($1::text::jsonb)) group by city_id
     ) n join cities c on c.id = n.city_id
     where $2::text is null or c.country = $2::text
     order by c.population desc nulls last, n.own desc, c.id limit ${maxCandidates}`,
    [JSON.stringify(spellingsOf(name)), country],
  );
  return rows.map(toCity);
}

/** Cities whose names look much like it, the likeliest first. */
export async function findNear(city: string, country: string | null): Promise<string[]> {
  const [wanted] = spellingsOf(city.replace(/,[^,]*$/, ""));
  if (!wanted) return [];
  const rows = await query<Row>(
    `select ${columns} from (
       select city_id, max(similarity(name, $1::text)) as likeness from city_names
       where name % $1::text group by city_id
     ) n join cities c on c.id = n.city_id
     where $2::text is null or c.country = $2::text
     order by likeness desc, c.population desc nulls last, c.id limit ${maxNear}`,
    [wanted, country],
  );
  return [...new Set(rows.map(toCity).map((near) => `${near.name}, ${near.country}`))];
}

function toCity(row: Row): City {
  return { ...row, country: countryName(row.country), countryCode: row.country };
}
