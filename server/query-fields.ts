/** The parameters of one search, for the operation and for the manifest that describes it. */
import { z } from "zod";

export const queryFields = {
  query: z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(2_000, "must be at most 2,000 characters")
    .describe("Words you expect in the answer; words in quotes should stand together"),
  topK: z.int().min(1).max(50).default(10).describe("Hits at most"),
};
