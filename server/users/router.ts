/**
 * The account routes that a client of a fastapi-users back end expects, with its field names and its words
 * for what is refused (https://fastapi-users.github.io/fastapi-users).
 */
import { z } from "zod";
import { callerOf } from "../admission.ts";
import { auditAct } from "../audit.ts";
import { endLogins } from "../disconnect.ts";
import { refreshLogin } from "../logins.ts";
import { procedure, router } from "../trpc.ts";
import { emailField, nameInput, passwordField, tokenField } from "./fields.ts";
import { fromOf, register, signIn } from "./sign-in.ts";
import { getUser, userSchema } from "./user-view.ts";

const tokensSchema = z
  .object({
    access_token: z.string().describe("A JWT, for REST and MCP"),
    token_type: z.literal("bearer"),
    refresh_token: z.string().describe("Good once, for the next pair"),
    expires_in: z.int().describe("Seconds that the access token is good for"),
  })
  .meta({ id: "LoginTokens" });

export const authRouter = router({
  register: procedure("auth.register", {
    input: z.object({
      email: emailField,
      password: passwordField,
      ...nameInput,
      setup_code: z.string().max(100).optional().describe("For the first account of a public server"),
    }),
    output: userSchema,
  }).mutation(({ ctx, input }) => register(ctx, input)),

  login: procedure("auth.login", {
    input: z.object({
      username: z.string().max(254).describe("The e-mail address"),
      password: z.string().max(1_000),
      otp: z.string().max(40).optional().describe("Code of the authenticator app, or a recovery code"),
    }),
    output: tokensSchema,
  }).mutation(async ({ ctx, input }) => ({ ...(await signIn(ctx, input)), token_type: "bearer" as const })),

  refresh: procedure("auth.refresh", {
    input: z.object({ refresh_token: tokenField }),
    output: tokensSchema,
  }).mutation(async ({ ctx, input }) => ({
    ...(await refreshLogin(input.refresh_token, fromOf(ctx))),
    token_type: "bearer" as const,
  })),

  logout: procedure("auth.logout", { input: z.object({}), output: z.void() }).mutation(async ({ ctx }) => {
    const { accountId, credentialId } = callerOf(ctx);
    await endLogins(accountId, { one: credentialId });
    await auditAct(ctx, accountId, { event: "signOut", subjectId: credentialId });
  }),
});

export const usersRouter = router({
  me: procedure("users.me", { input: z.object({}), output: userSchema }).query(({ ctx }) =>
    getUser(callerOf(ctx).accountId),
  ),
});
