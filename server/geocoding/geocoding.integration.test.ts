/** Cities by any spelling over REST, what it costs, and an import from GeoNames. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { query } from "#db/client.ts";
import { createTestAccount, rest } from "../testing/accounts.ts";
import { setUpTestDatabase } from "../testing/database.ts";
import { forgetEmbedded } from "./embedded.ts";
import { importGeoNames } from "./geonames.ts";

setUpTestDatabase();

let key: string;

beforeAll(async () => {
  forgetEmbedded();
  key = (await (await createTestAccount()).createKey()).key;
});

const geocode = (city: string, country?: string) =>
  rest("GET", `/geocoding/city?${new URLSearchParams({ city, ...(country ? { country } : {}) })}`, {
    "x-api-key": key,
  });

describe("the embedded gazetteer", () => {
  it("answers London with the one in Great Britain and its candidates, for a credit", async () => {
    const told = await geocode("London");
    expect(told.status).toBe(200);
    expect(told.headers.get("x-credits-charged")).toBe("1");
    expect(told.body).toMatchObject({
      name: "London",
      country: "United Kingdom",
      countryCode: "GB",
      source: "gazetteer",
      notice: null,
      creditsCharged: 1,
      receiptId: expect.stringMatching(/^rcpt_/),
      candidates: [
        expect.objectContaining({ countryCode: "CA", region: "Ontario" }),
        expect.objectContaining({ countryCode: "US", region: "Kentucky" }),
      ],
    });
    expect(Number(told.body.latitude)).toBeCloseTo(51.5, 1);
    expect(Number(told.body.longitude)).toBeCloseTo(-0.12, 1);
    expect(told.body.population).toBeGreaterThan(5_000_000);
  });

  it.each([
    ["München", "Munich", "DE"],
    ["MUENCHEN", "Munich", "DE"],
    ["munich", "Munich", "DE"],
    ["東京", "Tokyo", "JP"],
    ["Köln", "Cologne", "DE"],
    ["Koeln", "Cologne", "DE"],
    ["São Paulo", "Sao Paulo", "BR"],
    ["sao paulo", "Sao Paulo", "BR"],
    ["Saint Petersburg", "St. Petersburg", "RU"],
    ["St Petersburg", "St. Petersburg", "RU"],
    ["Санкт-Петербург", "St. Petersburg", "RU"],
    ["Copenhagen", "København", "DK"],
    ["القاهرة", "Cairo", "EG"],
    ["서울", "Seoul", "KR"],
    ["  new   york ", "New York", "US"],
    ["Pristina", "Pristina", "XK"],
    ["Kiev", "Kyiv", "UA"],
    ["Frankfurt am Main", "Frankfurt", "DE"],
    ["東京都", "Tokyo", "JP"],
    ["上海市", "Shanghai", "CN"],
    ["Washington, D.C.", "Washington, D.C.", "US"],
  ])("finds %s", async (city, name, countryCode) => {
    expect((await geocode(city)).body).toMatchObject({ name, countryCode });
  });

  it("keeps to a country, by code or name, or after a comma", async () => {
    for (const told of [
      await geocode("London", "CA"),
      await geocode("London", "canada"),
      await geocode("London, Ontario"),
      await geocode("London, Canada"),
    ]) {
      expect(told.body).toMatchObject({ countryCode: "CA", candidates: [] });
    }
    for (const city of ["London, UK", "London, England, UK"]) {
      expect((await geocode(city)).body).toMatchObject({ countryCode: "GB" });
    }
    expect((await geocode("Portland, Texas")).status).toBe(404);
    for (const [city, region] of [
      ["Springfield, Missouri", "Missouri"],
      ["Springfield, MO, USA", "Missouri"],
      ["St Petersburg, FL", "Florida"],
      ["Portland, ME", "Maine"],
      ["Perth, WA", "Western Australia"],
    ]) {
      expect((await geocode(city ?? "")).body).toMatchObject({ region, candidates: [] });
    }
    expect((await geocode("London", "Atlantis")).status).toBe(400);
    expect((await geocode("London", "JP")).status).toBe(404);
  });

  it("says what is spelled nearly so, and takes nothing for it", async () => {
    const told = await geocode("Londn");
    expect(told.status).toBe(404);
    expect(told.body).toMatchObject({
      code: "not_found",
      near: expect.arrayContaining(["London, United Kingdom"]),
    });
    expect(told.headers.get("x-credits-charged")).toBe("0");
    expect((await geocode("?!")).body).toMatchObject({ code: "not_found", near: [] });
    expect((await geocode("")).status).toBe(400);
    expect((await geocode("x".repeat(101))).status).toBe(400);
  });
});

describe("an import from GeoNames", () => {
  const line = (fields: Record<number, string>) =>
    Array.from({ length: 19 }, (_, index) => fields[index] ?? "").join("\t");
  const london = {
    0: "2643743",
    1: "London",
    2: "London",
    3: "Londres,Llundain,https://london.test",
    4: "51.50853",
    5: "-0.12574",
    6: "P",
    7: "PPLC",
    8: "GB",
    10: "ENG",
    14: "8961989",
  };
  const village = {
    0: "2636841",
    1: "Stoke Poges",
    4: "51.54",
    5: "-0.59",
    6: "P",
    7: "PPL",
    8: "GB",
    10: "ENG",
    14: "4752",
  };

  it("takes cities and passes over the rest, the same however often", async () => {
    const folder = await mkdtemp(join(tmpdir(), "cities-"));
    const regions = join(folder, "regions.txt");
    await writeFile(regions, "GB.ENG\tEngland\tEngland\t6269131\n");
    const path = join(folder, "cities.txt");
    const many = Array.from({ length: 2_500 }, (_, index) =>
      line({
        0: `9${index}`,
        1: `Newtown ${index}`,
        4: "10.5",
        5: "20.25",
        6: "P",
        7: "PPL",
        8: "TD",
        14: "0",
      }),
    );
    await writeFile(
      path,
      [
        line(london),
        line(village),
        "no table at all",
        line({ ...village, 0: "1", 1: "Part of it", 7: "PPLX" }),
        line({ ...village, 0: "2", 1: "Hill", 6: "T" }),
        line({ ...village, 0: "3", 4: "95.0" }),
        ...many,
        "",
      ].join("\r\n"),
    );
    const wanted = { lines: 2_506, cities: 2_502, passedOver: 2, malformed: [3, 6], malformedCount: 2 };
    expect(await importGeoNames(path, regions)).toEqual(wanted);
    const count = () => query("select count(*)::int as n from city_names");
    const before = await count();
    expect(await importGeoNames(path, regions)).toEqual(wanted);
    expect(await count()).toEqual(before);

    const told = await geocode("London");
    expect(told.body).toMatchObject({ region: "England", latitude: 51.50853, population: 8_961_989 });
    expect(told.body.candidates).toHaveLength(2);
    expect((await geocode("Llundain")).body).toMatchObject({ name: "London" });
    expect((await geocode("stoke-poges")).body).toMatchObject({ name: "Stoke Poges", population: 4_752 });
    expect((await geocode("Newtown 2499")).body).toMatchObject({ population: null, country: "Chad" });
  });

  it("says which file is not there", async () => {
    await expect(importGeoNames("/none/cities.txt", null)).rejects.toThrow("ENOENT");
  });
});
