/** Looks a city up in the gazetteer: by any spelling, the most populous first; and what is spelled nearly so. */
import { database, query, queryWithin } from "#db/client.ts";
import { countryCode, countryName } from "./countries.ts";
import { ensureEmbedded } from "./embedded.ts";
import { isRegion } from "./regions.ts";
import { spellingsOf } from "./spelling.ts";

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
 * @param city may name region and country after commas: "London, Ontario, Canada"
 * @param country a code, or null for any
 */
export async function findCities(city: string, country: string | null): Promise<City[]> {
  await ensureEmbedded();
  const whole = await namedSo(city, country);
  if (whole.length > 0) return whole;
  const [name = "", ...hints] = city.split(",").filter((part) => part.trim() !== "");
  if (hints.length === 0) return namedSo(withoutKind(city), country);
  const found = await namedSo(name, country);
  return found.filter((one) => hints.every((hint) => isIn(one, hint)));
}

function isIn({ countryCode: code, region }: City, hint: string): boolean {
  return countryCode(hint) === code || isRegion(hint, code, region);
}

/** Chinese and Japanese addresses say that it is a city: 東京都, 上海市. Empty where there is nothing of it. */
function withoutKind(city: string): string {
  return city.trim().match(/^(\p{Script=Han}{2,})[都府市]$/u)?.[1] ?? "";
}

async function namedSo(name: string, country: string | null): Promise<City[]> {
  const [plain, paired = plain] = spellingsOf(name);
  if (plain === undefined) return [];
  const rows = await query<Row>(
    `select ${columns} from (
       select city_id, bool_or(own) as own from city_names where name in ($1::text, $2::text) group by city_id
     ) n join cities c on c.id = n.city_id
     where $3::text is null or c.country = $3::text
     order by c.population desc nulls last, n.own desc, c.id limit ${maxCandidates}`,
    [plain, paired, country],
  );
  return rows.map(toCity);
}

/** As pg_trgm counts: its default finds too much that nobody meant, among a million names slowly. */
const leastLikeness = 0.4;

/** Cities whose names look much like it, the likeliest first. */
export async function findNear(city: string, country: string | null): Promise<string[]> {
  const [wanted = ""] = spellingsOf(city.replace(/,.*$/, ""));
  if ([...wanted].length < 2) return [];
  const db = await database();
  const rows = await db.transaction(async (tx) => {
    await queryWithin(tx, "select set_config('pg_trgm.similarity_threshold', $1::text, true)", [
      String(leastLikeness),
    ]);
    return queryWithin<Row>(
      tx,
      `select ${columns} from (
         select city_id, max(similarity(name, $1::text)) as likeness from city_names
         where name % $1::text group by city_id
       ) n join cities c on c.id = n.city_id
       where $2::text is null or c.country = $2::text
       order by likeness desc, c.population desc nulls last, c.id limit ${maxNear}`,
      [wanted, country],
    );
  });
  return [...new Set(rows.map(toCity).map((near) => `${near.name}, ${near.country}`))];
}

function toCity(row: Row): City {
  return { ...row, country: countryName(row.country), countryCode: row.country };
}
