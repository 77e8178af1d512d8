/** Input fields that several operations share. Text a person wrote is trimmed; control characters are refused. */
import { z } from "zod";
import { type Scope, scopes } from "./operations.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** One line for people: 1 to `max` characters. */
export const nameField = (max: number) =>
  z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(max)
    .refine((text) => !controlCharacters.test(text), "must not contain control characters");

/** Text a person wrote, or words to look for: up to `max` characters, line breaks and tabs included. */
export const proseField = (max: number) =>
  z
    .string()
    .trim()
    .max(max, `must be at most ${max.toLocaleString("en-US")} characters`)
    .refine((text) => !controlCharacters.test(text), "must not contain control characters");

/** An id that does not look like one is answered like one that is unknown: not found. */
export const idField = z
  .string()
  .min(1)
  .max(100)
  .refine((text) => !controlCharacters.test(text), "must not contain control characters");

export const timeField = z.iso.datetime().describe("ISO 8601 in UTC");

export const scopeField = z.enum(Object.keys(scopes) as [Scope, ...Scope[]]);
