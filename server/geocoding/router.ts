/**
 * Coordinates of a city. From the configured service, and where that has no answer from the gazetteer in the
 * database; what is not found anywhere costs nothing and names what is spelled nearly so.
 */
import { z } from "zod";
import { env } from "#env";
import { ApiError } from "../errors.ts";
import { proseField } from "../fields.ts";
import { procedure, router } from "../trpc.ts";
import { countryCode } from "./countries.ts";
import { type City, findCities, findNear } from "./find.ts";
import { askNominatim } from "./nominatim.ts";

const cityShape = {
  name: z.string(),
  country: z.string().describe("In English"),
  countryCode: z.string().describe("ISO 3166-1 alpha-2"),
  region: z.string().nullable().describe("State, province or the like"),
  latitude: z.number(),
  longitude: z.number(),
  population: z.int().nullable().describe("null: not known"),
};

export const geocodingRouter = router({
  city: procedure("geocoding.city", {
    input: z.strictObject({
      city: proseField(100)
        .min(1, "name a city")
        .describe("In any language or spelling; country or region may follow after a comma"),
      country: proseField(60)
        .optional()
        .describe("Of this country alone: its two-letter code or English name"),
    }),
    output: z.object({
      ...cityShape,
      candidates: z.array(z.object(cityShape)).describe("Others of that name, the most populous first"),
      source: z.enum(["service", "gazetteer"]),
      notice: z.string().nullable().describe("Set when the service did not answer and the gazetteer did"),
      receiptId: z.string().nullable(),
      creditsCharged: z.int(),
    }),
  }).query(async ({ ctx, input }) => {
    const country = input.country ? countryCode(input.country) : null;
    if (input.country && !country) {
      throw new ApiError(
        "invalid_input",
        "Invalid input: country: no country has this code or English name.",
      );
    }
    const served = await askNominatim(input.city, country, ctx.signal);
    const fromService = served !== null && served.length > 0;
    const [best, ...candidates] = fromService ? served : await findCities(input.city, country);
    if (!best) throw await notFound(input.city, country);
    const failed = env.GEOCODER_URL !== undefined && served === null;
    return {
      ...shown(best),
      candidates: candidates.map(shown),
      source: fromService ? ("service" as const) : ("gazetteer" as const),
      notice: failed ? "The geocoding service did not answer: this is from the embedded gazetteer." : null,
      ...ctx.charge.recordWork(),
    };
  }),
});

function shown({ population, ...city }: City): City {
  return { ...city, population: population === null ? null : Math.round(population) };
}

async function notFound(city: string, country: string | null): Promise<ApiError> {
  const near = await findNear(city, country);
  const words = near.length > 0 ? ` Spelled nearly so: ${near.join("; ")}.` : "";
  return new ApiError("not_found", `No city is found under this name.${words}`, { near });
}
