/** A geocoding service in front of the gazetteer: kept answers, one request a second, and its failures. */
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { query } from "#db/client.ts";
import { createTestAccount, rest } from "../testing/accounts.ts";
import { setUpTestDatabase } from "../testing/database.ts";
import { forgetEmbedded } from "./embedded.ts";

const service = await vi.hoisted(async () => {
  const { startGeocoderServer } = await import("../testing/geocoder-server.ts");
  const started = await startGeocoderServer();
  process.env.GEOCODER_URL = `${started.url}/`;
  process.env.GEOCODER_TIMEOUT_SECONDS = "1";
  return started;
});

setUpTestDatabase();
afterAll(() => service.close());

let key: string;

beforeAll(async () => {
  forgetEmbedded();
  key = (await (await createTestAccount()).createKey()).key;
});

const geocode = (city: string, country = "") =>
  rest("GET", `/geocoding/city?${new URLSearchParams({ city, ...(country ? { country } : {}) })}`, {
    "x-api-key": key,
  });

it("is asked first, with the policy's User-Agent, and its answers are kept", async () => {
  service.answer("answer");
  const told = await geocode("Potsdam", "Germany");
  expect(told.body).toMatchObject({
    name: "Potsdam",
    country: "Germany",
    countryCode: "DE",
    region: "Brandenburg",
    latitude: 52.4,
    longitude: 13.05,
    population: 183_154,
    candidates: [],
    source: "service",
    notice: null,
    creditsCharged: 1,
  });
  const again = await geocode("POTSDAM", "de");
  expect(again.body).toMatchObject({ latitude: 52.4, source: "service" });
  expect(service.asked).toHaveLength(1);
  const [asked] = service.asked;
  expect(asked?.userAgent).toMatch(/^FLTR \(http/);
  expect(Object.fromEntries(asked?.url.searchParams ?? [])).toMatchObject({
    q: "Potsdam",
    format: "jsonv2",
    countrycodes: "de",
  });
});

it("is asked once a second at most, whoever asks", async () => {
  service.answer("answer");
  const told = await Promise.all(["One", "Two", "Three"].map((city) => geocode(city)));
  expect(told.map(({ body }) => body.source)).toEqual(["service", "service", "service"]);
  const times = service.asked.map(({ at }) => at).sort((a, b) => a - b);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  // Turns are a second apart by the database's clock; what comes after the wait takes a moment.
  for (const gap of gaps) expect(gap).toBeGreaterThan(700);
});

it("is passed by when too many wait already: the gazetteer answers and says so", async () => {
  service.answer("answer");
  await query("update geocoder_turns set next_at = clock_timestamp() + interval '10 seconds'");
  const told = await geocode("Oslo");
  expect(told.body).toMatchObject({ source: "gazetteer", notice: expect.stringContaining("did not answer") });
  expect(service.asked).toEqual([]);
  await query("delete from geocoder_turns");
});

it.each(["broken", "no JSON", "another form", "hang"] as const)(
  "falls back to the gazetteer when it is %s",
  async (mode) => {
    service.answer(mode);
    const told = await geocode("London", "gb");
    expect(told.status).toBe(200);
    expect(told.body).toMatchObject({ name: "London", source: "gazetteer", notice: expect.any(String) });
  },
);

it("leaves the last word to the gazetteer where it knows nothing", async () => {
  service.answer("nothing");
  const told = await geocode("Reykjavik");
  expect(told.body).toMatchObject({ source: "gazetteer", notice: null });
  expect((await geocode("Nowhere at all")).status).toBe(404);
});
