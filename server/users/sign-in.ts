/**
 * Signing in and up over REST. Better Auth judges the credentials and makes a session, as for a browser; a
 * program gets a login instead, and the session is taken away again.
 */
import { z } from "zod";
import { query } from "#db/client.ts";
import { ApiError, fastApiRefusal } from "../errors.ts";
import { type From, type LoginTokens, openLogin } from "../logins.ts";
import { askAuth, type Program, passwordRefusal } from "./auth-call.ts";
import { fullName, getUser, type UserView } from "./user-view.ts";

const signedInSchema = z.union([
  z.object({ token: z.string(), user: z.object({ id: z.string() }) }),
  z.object({ twoFactorRedirect: z.literal(true) }),
]);

export function fromOf({ headers, exactAddress }: Pick<Program, "headers" | "exactAddress">): From {
  return { address: exactAddress, userAgent: headers.get("user-agent") };
}

/** @throws ApiError login_bad_credentials, login_user_not_verified, login_second_factor_required */
export async function signIn(
  ctx: Program,
  { username, password, otp }: { username: string; password: string; otp?: string | undefined },
): Promise<LoginTokens> {
  const answer = await askAuth(ctx, "/sign-in/email", { email: username, password });
  if (answer.code === "EMAIL_NOT_VERIFIED") throw fastApiRefusal("login_user_not_verified");
  if (answer.status !== 200) throw fastApiRefusal("login_bad_credentials");
  const signedIn = signedInSchema.parse(answer.body);
  if ("token" in signedIn) return login(ctx, signedIn);
  if (!otp) throw fastApiRefusal("login_second_factor_required");
  return login(ctx, await secondFactor(ctx, answer.cookies, otp));
}

async function login(ctx: Program, { token, user }: { token: string; user: { id: string } }) {
  await query("delete from session where token = $1", [token]);
  return openLogin(user.id, fromOf(ctx));
}

async function secondFactor(ctx: Program, cookies: readonly string[], otp: string) {
  // As apps show it: in two groups.
  const code = otp.replaceAll(/\s/g, "");
  const way = /^\d{6}$/.test(code) ? "verify-totp" : "verify-backup-code";
  const given = cookies.map((line) => line.split(";", 1)[0] ?? "");
  const answer = await askAuth(ctx, `/two-factor/${way}`, { code }, given);
  const { success, data } = z
    .object({ token: z.string(), user: z.object({ id: z.string() }) })
    .safeParse(answer.body);
  if (answer.status !== 200 || !success) throw fastApiRefusal("login_bad_credentials");
  return data;
}

type Registration = {
  readonly email: string;
  readonly password: string;
  readonly first_name?: string | null | undefined;
  readonly last_name?: string | null | undefined;
  readonly setup_code?: string | undefined;
};

/** @throws ApiError register_user_already_exists, invalid_password, setup_code_required */
export async function register(ctx: Program, input: Registration): Promise<UserView> {
  const { email, password, first_name = null, last_name = null, setup_code } = input;
  const answer = await askAuth(ctx, "/sign-up/email", {
    email,
    password,
    name: fullName({ first_name, last_name }, email),
    ...(setup_code === undefined ? {} : { setupCode: setup_code }),
  });
  if (answer.code === "SETUP_CODE_REQUIRED") {
    throw new ApiError("setup_code_required", "The first account needs the set-up code.");
  }
  if (answer.code?.startsWith("USER_ALREADY_EXISTS")) throw fastApiRefusal("register_user_already_exists");
  if (answer.status !== 200) {
    const refusal = passwordRefusal(answer, "REGISTER_INVALID_PASSWORD");
    throw refusal ?? new ApiError("invalid_input", `Invalid input: ${answer.message || "not accepted"}`);
  }
  const { token, user } = z
    .object({ token: z.string().nullable(), user: z.object({ id: z.string() }) })
    .parse(answer.body);
  if (token) await query("delete from session where token = $1", [token]);
  // Where addresses have to be verified a taken one is answered with a user that does not exist.
  const known = await query('select from "user" where id = $1', [user.id]);
  if (known.length === 0) throw fastApiRefusal("register_user_already_exists");
  await query(
    `insert into user_profiles (user_id, first_name, last_name) values ($1, $2, $3)
     on conflict (user_id) do update set first_name = $2, last_name = $3, last_login_at = null`,
    [user.id, first_name, last_name],
  );
  return getUser(user.id);
}
