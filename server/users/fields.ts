/** Input fields of these routes. Others are ignored, as fastapi-users ignores them: no strict objects here. */
import { z } from "zod";
import { passwordLength } from "../operations.ts";

export const emailField = z
  .email("value is not a valid email address")
  .max(254)
  .transform((email) => email.toLowerCase());

/** What can be judged without knowing the password's history; the rest is said with a code and a reason. */
export const passwordField = z
  .string()
  .min(passwordLength.min, `the password should have at least ${passwordLength.min} characters`)
  .max(passwordLength.max, `the password should have at most ${passwordLength.max} characters`);

const nameField = z
  .string()
  .trim()
  .max(50)
  .regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u, "must be one line without control characters")
  .transform((name) => name || null)
  .nullish();

export const nameInput = { first_name: nameField, last_name: nameField };

export const tokenField = z
  .string()
  .regex(/^[^\0]*$/, "must not contain NUL")
  .min(1)
  .max(4_096);
