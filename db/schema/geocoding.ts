/**
 * The gazetteer: cities with every spelling they are looked for under, normalised as server/geocoding does.
 * And what keeps the policy of a remote service: answers that are kept, and turns that all processes take.
 */
import { sql } from "drizzle-orm";
import {
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
} from "drizzle-orm/pg-core";
import { time } from "./columns.ts";

export const citySources = ["embedded", "geonames"] as const;

export const cities = pgTable("cities", {
  /** `gn_2643743` from GeoNames, `ne_…` of the embedded ones. */
  id: text("id").primaryKey(),
  source: text("source", { enum: citySources }).notNull(),
  name: text("name").notNull(),
  /** ISO 3166-1 alpha-2. */
  country: text("country").notNull(),
  region: text("region"),
  latitude: doublePrecision("latitude").notNull(),
  longitude: doublePrecision("longitude").notNull(),
  population: integer("population"),
});

export const cityNames = pgTable(
  "city_names",
  {
    name: text("name").notNull(),
    cityId: text("city_id")
      .notNull()
      .references(() => cities.id, { onDelete: "cascade" }),
    /** What the city is called, as opposed to a name it has in another language. */
    own: boolean("own").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.name, table.cityId] }),
    index("city_names_city_idx").on(table.cityId),
    index("city_names_near_idx").using("gin", sql`${table.name} gin_trgm_ops`),
  ],
);

/** Which sets of cities are in the tables. */
export const gazetteers = pgTable("gazetteers", {
  source: text("source", { enum: citySources }).primaryKey(),
  version: text("version").notNull(),
  loadedAt: time("loaded_at").defaultNow().notNull(),
});

export const geocoderAnswers = pgTable(
  "geocoder_answers",
  {
    /** SHA-256 of service, words and country. */
    key: text("key").primaryKey(),
    places: jsonb("places").notNull(),
    expiresAt: time("expires_at").notNull(),
  },
  (table) => [index("geocoder_answers_expiry_idx").on(table.expiresAt)],
);

/** One row: when the service may be asked next. */
export const geocoderTurns = pgTable("geocoder_turns", {
  id: integer("id").primaryKey(),
  nextAt: time("next_at").notNull(),
});
