/**
 * Imports a table of GeoNames (https://download.geonames.org/export/dump, CC BY 4.0): cities500.txt,
 * cities15000.txt or a country's. Read line by line, however long; importing again replaces what is there.
 * A city of the embedded gazetteer that it brings too is dropped, so that none stands there twice.
 */
import { open } from "node:fs/promises";
import { database, query } from "#db/client.ts";
import { ensureEmbedded } from "./embedded.ts";
import { normalise } from "./spelling.ts";
import { dropDoubles, type NewCity, storeCities } from "./store.ts";

const batch = 1_000;

export type Imported = {
  readonly lines: number;
  readonly cities: number;
  /** Of what is no populated place: mountains, parts of towns, places that were given up. */
  readonly passedOver: number;
  /** Numbers of the first lines that are not in GeoNames' form. */
  readonly malformed: readonly number[];
  readonly malformedCount: number;
};

/**
 * @param regionsPath admin1CodesASCII.txt, which has the names of regions; without it they are left out
 * @throws Error of the file system when a file cannot be read
 */
export async function importGeoNames(
  path: string,
  regionsPath: string | null,
  onProgress: (cities: number) => void = () => {},
): Promise<Imported> {
  const regions = regionsPath ? await readRegions(regionsPath) : new Map<string, string>();
  const file = await open(path);
  await ensureEmbedded();
  const db = await database();
  let [lines, cities, passedOver, malformedCount] = [0, 0, 0, 0];
  const malformed: number[] = [];
  let waiting = new Map<string, NewCity>();
  const flush = async () => {
    const now = [...waiting.values()];
    waiting = new Map();
    if (now.length === 0) return;
    await db.transaction((tx) => storeCities(tx, "geonames", now));
    cities += now.length;
    onProgress(cities);
  };
  for await (const line of file.readLines()) {
    lines += 1;
    if (line.trim() === "" || line.startsWith("#")) continue;
    const read = toCity(line, regions);
    if (read === "malformed") {
      malformedCount += 1;
      if (malformed.length < 10) malformed.push(lines);
    } else if (read === "passedOver") passedOver += 1;
    else waiting.set(read.id, read);
    if (waiting.size >= batch) await flush();
  }
  await flush();
  await db.transaction(dropDoubles);
  await query(
    `insert into gazetteers (source, version) values ('geonames', $1)
     on conflict (source) do update set version = $1, loaded_at = now()`,
    [`${cities} cities`],
  );
  await query("analyze cities");
  await query("analyze city_names");
  return { lines, cities, passedOver, malformed, malformedCount };
}

/** Codes of populated places that are parts of others, or are no more. */
const noCity = new Set(["PPLX", "PPLH", "PPLQ", "PPLW", "PPLCH"]);

function toCity(line: string, regions: ReadonlyMap<string, string>): NewCity | "malformed" | "passedOver" {
  const fields = line.split("\t");
  const [id = "", name = "", ascii = "", others = "", latitude = "", longitude = "", kind = "", code = ""] =
    fields;
  const country = fields[8] ?? "";
  const population = Number(fields[14]);
  if (fields.length < 15 || !/^\d+$/.test(id) || !/^[A-Z]{2}$/.test(country) || normalise(name) === "") {
    return "malformed";
  }
  if (!isDegrees(latitude, 90) || !isDegrees(longitude, 180)) return "malformed";
  if ((kind !== "" && kind !== "P") || noCity.has(code)) return "passedOver";
  return {
    id: `gn_${id}`,
    name,
    country,
    region: regions.get(`${country}.${fields[10]}`) ?? null,
    latitude: Number(latitude),
    longitude: Number(longitude),
    population: Number.isInteger(population) && population > 0 && population < 2 ** 31 ? population : null,
    // Addresses of web pages stand among the names.
    otherNames: [ascii, ...others.split(",")].filter((other) => !/^https?:/.test(other)),
  };
}

function isDegrees(text: string, most: number): boolean {
  return /^-?\d{1,3}(\.\d+)?$/.test(text) && Math.abs(Number(text)) <= most;
}

async function readRegions(path: string): Promise<Map<string, string>> {
  const regions = new Map<string, string>();
  const file = await open(path);
  for await (const line of file.readLines()) {
    const [code = "", name = ""] = line.split("\t");
    if (name) regions.set(code, name);
  }
  return regions;
}
