/** The parameters of one search, for the operation and for the manifest that describes it. */
import { z } from "zod";
import { proseField } from "./fields.ts";

/** Of a call, and no option that an endpoint could save. */
export const maxCreditsField = z
  .int()
  .min(0)
  .max(1_000_000_000)
  .optional()
  .describe(
    "Credits this call may cost; it then does less of several things and says so, or is refused, free",
  );

export const queryFields = {
  query: proseField(2_000)
    .min(1, "must not be empty")
    .describe("Words you expect in the answer; words in quotes should stand together"),
  topK: z.int().min(1).max(50).default(10).describe("Hits at most"),
  maxCredits: maxCreditsField,
};
