/**
 * The account routes that a client of a fastapi-users back end expects, with its field names and its words
 * for what is refused (https://fastapi-users.github.io/fastapi-users).
 */
import { z } from "zod";
import { callerOf } from "../admission.ts";
import { auditAct } from "../audit.ts";
import { deleteAccount } from "../delete-account.ts";
import { endLogins } from "../disconnect.ts";
import { idField } from "../fields.ts";
import { refreshLogin } from "../logins.ts";
import { decodeCursor, pageInput, toPage } from "../pages.ts";
import { procedure, router } from "../trpc.ts";
import { adminFields, changeUser, ownFields } from "./change-user.ts";
import { emailField, nameInput, passwordField, tokenField } from "./fields.ts";
import { requestReset, requestVerification, resetPassword, verify } from "./passwords.ts";
import { fromOf, register, signIn } from "./sign-in.ts";
import { getUser, listUsers, userSchema } from "./user-view.ts";

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

  forgotPassword: procedure("auth.forgotPassword", {
    input: z.object({ email: emailField }),
    output: z.null(),
  }).mutation(async ({ ctx, input }) => {
    await requestReset(ctx, input.email);
    return null;
  }),

  resetPassword: procedure("auth.resetPassword", {
    input: z.object({ token: tokenField, password: z.string().max(1_000) }),
    output: z.null(),
  }).mutation(async ({ ctx, input }) => {
    await resetPassword(ctx, input.token, input.password);
    return null;
  }),

  requestVerifyToken: procedure("auth.requestVerifyToken", {
    input: z.object({ email: emailField }),
    output: z.null(),
  }).mutation(async ({ ctx, input }) => {
    await requestVerification(ctx, input.email);
    return null;
  }),

  verify: procedure("auth.verify", { input: z.object({ token: tokenField }), output: userSchema }).mutation(
    ({ ctx, input }) => verify(ctx, input.token),
  ),

  logout: procedure("auth.logout", { input: z.object({}), output: z.void() }).mutation(async ({ ctx }) => {
    const { accountId, credentialId } = callerOf(ctx);
    await endLogins(accountId, { one: credentialId });
    await auditAct(ctx, accountId, { event: "signOut", subjectId: credentialId });
  }),
});

const userIdInput = { userId: idField };

export const usersRouter = router({
  me: procedure("users.me", { input: z.object({}), output: userSchema }).query(({ ctx }) =>
    getUser(callerOf(ctx).accountId),
  ),

  updateMe: procedure("users.updateMe", { input: z.object(ownFields), output: userSchema }).mutation(
    ({ ctx, input }) => changeUser(ctx, callerOf(ctx).accountId, input),
  ),

  deleteMe: procedure("users.deleteMe", { input: z.object({}), output: z.void() }).mutation(
    async ({ ctx }) => {
      const { accountId } = callerOf(ctx);
      await deleteAccount(ctx, accountId, accountId);
    },
  ),

  list: procedure("users.list", {
    input: z.object({ ...pageInput, email: z.string().max(254).optional().describe("This address alone") }),
    output: z.object({ items: z.array(userSchema), next_cursor: z.string().nullable() }),
  }).query(async ({ input }) => {
    const before = decodeCursor(input.cursor, /^[\w-]{1,100}$/);
    const users = await listUsers({ email: input.email?.toLowerCase() ?? null, before }, input.limit + 1);
    const { items, nextCursor } = toPage(
      users,
      input.limit,
      (user) => user,
      ({ id }) => id,
    );
    return { items, next_cursor: nextCursor };
  }),

  get: procedure("users.get", { input: z.object(userIdInput), output: userSchema }).query(({ input }) =>
    getUser(input.userId),
  ),

  update: procedure("users.update", {
    input: z.object({ ...userIdInput, ...adminFields }),
    output: userSchema,
  }).mutation(({ ctx, input: { userId, ...change } }) => changeUser(ctx, userId, change)),

  delete: procedure("users.delete", { input: z.object(userIdInput), output: z.void() }).mutation(
    ({ ctx, input }) => deleteAccount(ctx, callerOf(ctx).accountId, input.userId),
  ),
});
