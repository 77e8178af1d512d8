/**
 * One's own account as settings show it: ways in, the proof that it is still the owner who sits there, a copy
 * of everything, and the end of it. Changing ways in is Better Auth's affair; these rows are what it lacks.
 */
import { z } from "zod";
import { query } from "#db/client.ts";
import { callerOf } from "../admission.ts";
import { auditAct } from "../audit.ts";
import { getAuth } from "../auth.ts";
import { deleteAccount } from "../delete-account.ts";
import { passwordTryWait } from "../entry-guard.ts";
import { ApiError } from "../errors.ts";
import { timeField } from "../fields.ts";
import { recentSeconds } from "../operations.ts";
import { configuredProviders } from "../providers.ts";
import { provenAt } from "../session-proof.ts";
import { procedure, router } from "../trpc.ts";
import { exportLink } from "./export-link.ts";
import { mails, setMails } from "./mails.ts";

const accountSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    emailVerified: z.boolean(),
    createdAt: timeField,
    hasPassword: z.boolean(),
    twoFactor: z.boolean(),
    passkeys: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        synced: z.boolean().describe("Kept by an account with its maker, not by one device alone"),
        createdAt: timeField.nullable(),
      }),
    ),
    providers: z.array(z.string()).describe("Other sites it can be signed in with"),
    recent: z
      .boolean()
      .describe("Who asks proved lately who he is: what cannot be taken back is done without asking"),
  })
  .meta({ id: "Account" });

type AccountRow = {
  name: string;
  email: string;
  email_verified: boolean;
  created_at: string | Date;
  two_factor: boolean;
  providers: string[];
  recent: boolean;
};
type PasskeyRow = { id: string; name: string | null; device_type: string; created_at: string | Date | null };

export const accountRouter = router({
  mails,
  setMails,

  get: procedure("account.get", { input: z.strictObject({}), output: accountSchema }).query(
    async ({ ctx }) => {
      const { accountId, credentialId } = callerOf(ctx);
      const [row] = await query<AccountRow>(
        `select u.name, u.email, u.email_verified, u.created_at, coalesce(u.two_factor_enabled, false) as two_factor,
         array(select a.provider_id from account a where a.user_id = u.id order by 1) as providers,
         coalesce(${provenAt} > now() - make_interval(secs => $3::int), false) as recent
       from "user" u left join session s on s.id = $2 where u.id = $1`,
        [accountId, credentialId, recentSeconds],
      );
      if (!row) throw new ApiError("not_found", "Account not found.");
      const passkeys = await query<PasskeyRow>(
        "select id, name, device_type, created_at from passkey where user_id = $1 order by created_at, id",
        [accountId],
      );
      const names = new Map<string, string>(configuredProviders().map(({ id, name }) => [id, name]));
      return {
        id: accountId,
        name: row.name,
        email: row.email,
        emailVerified: row.email_verified,
        createdAt: new Date(row.created_at).toISOString(),
        hasPassword: row.providers.includes("credential"),
        twoFactor: row.two_factor,
        passkeys: passkeys.map(({ id, name, device_type, created_at }) => ({
          id,
          name: name || "Passkey",
          synced: device_type === "multiDevice",
          createdAt: created_at === null ? null : new Date(created_at).toISOString(),
        })),
        providers: row.providers.filter((id) => id !== "credential").map((id) => names.get(id) ?? id),
        recent: row.recent,
      };
    },
  ),

  confirm: procedure("account.confirm", {
    input: z.strictObject({ password: z.string().min(1).max(1_000) }),
    output: z.object({
      until: timeField.describe("What cannot be taken back is done without asking until then"),
    }),
  }).mutation(async ({ ctx, input: { password } }) => {
    const { accountId, credentialId } = callerOf(ctx);
    const wait = await passwordTryWait(accountId);
    if (wait !== null) {
      ctx.answer.retryAfterSeconds = wait;
      const fields = { retryAfterSeconds: wait, limit: "passwordTries" };
      throw new ApiError("rate_limited", `Rate limit exceeded. Try again in ${wait} seconds.`, fields);
    }
    if (!(await isPassword(accountId, password))) {
      await auditAct(ctx, accountId, { event: "account.confirm.failed" });
      throw new ApiError("wrong_password", "That is not your password.");
    }
    await query("update session set confirmed_at = now() where id = $1", [credentialId]);
    return { until: new Date(Date.now() + recentSeconds * 1000).toISOString() };
  }),

  export: procedure("account.export", {
    input: z.strictObject({}),
    output: z.object({
      url: z.string().describe("Answers the file, in this browser alone"),
      expiresAt: timeField,
    }),
  }).mutation(async ({ ctx }) => {
    const { accountId } = callerOf(ctx);
    await auditAct(ctx, accountId, { event: "account.export" });
    return exportLink(accountId);
  }),

  delete: procedure("account.delete", {
    input: z.strictObject({
      email: z.string().max(320).describe("The account's e-mail address, typed: that it is meant"),
    }),
    output: z.void(),
  }).mutation(async ({ ctx, input: { email } }) => {
    const { accountId } = callerOf(ctx);
    const [owner] = await query<{ email: string }>('select email from "user" where id = $1', [accountId]);
    if (owner?.email !== email.trim().toLowerCase()) {
      throw new ApiError("conflict", "This is not the e-mail address of your account. Nothing was deleted.");
    }
    await deleteAccount(ctx, accountId, accountId);
  }),
});

async function isPassword(accountId: string, password: string): Promise<boolean> {
  const [row] = await query<{ password: string | null }>(
    "select password from account where user_id = $1 and provider_id = 'credential'",
    [accountId],
  );
  if (!row?.password)
    throw new ApiError("conflict", "Your account has no password. Use a passkey, or sign in again.");
  const { password: hashing } = await (await getAuth()).$context;
  return hashing.verify({ hash: row.password, password });
}
