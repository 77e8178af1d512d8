/** A user as clients of a fastapi-users back end read it: snake_case, and flags for role and ban. */
import { z } from "zod";
import { query } from "#db/client.ts";
import { notBanned } from "../accounts.ts";
import { ApiError } from "../errors.ts";
import { timeField } from "../fields.ts";
import { type Role, roles } from "../operations.ts";

export const userSchema = z
  .object({
    id: z.string(),
    email: z.string(),
    is_active: z.boolean().describe("Not banned"),
    is_superuser: z.boolean().describe("An admin"),
    is_verified: z.boolean().describe("The e-mail address was shown to be theirs"),
    first_name: z.string().nullable(),
    last_name: z.string().nullable(),
    role: z.enum(roles),
    created_at: timeField,
    last_login: timeField.nullable(),
  })
  .meta({ id: "UserRead" });

export type UserView = z.output<typeof userSchema>;

type Row = {
  id: string;
  email: string;
  name: string;
  active: boolean;
  verified: boolean;
  role: string | null;
  first_name: string | null;
  last_name: string | null;
  created_at: string | Date;
  last_login_at: string | Date | null;
};

const selectUsers = `
  select u.id, u.email, u.name, ${notBanned} as active, u.email_verified as verified, u.role, u.created_at,
    p.first_name, p.last_name, p.last_login_at
  from "user" u left join user_profiles p on p.user_id = u.id`;

/** @throws ApiError not_found */
export async function getUser(id: string): Promise<UserView> {
  const [row] = await query<Row>(`${selectUsers} where u.id = $1`, [id]);
  if (!row) throw new ApiError("not_found", "User not found.");
  return toView(row);
}

/** Newest first, `limit` of them, after the one with the id `before`. */
export async function listUsers(
  filter: { readonly email: string | null; readonly before: string | null },
  limit: number,
): Promise<UserView[]> {
  const rows = await query<Row>(
    `${selectUsers}
     where ($1::text is null or u.email = $1::text)
       and ($2::text is null or (u.created_at, u.id) < (select created_at, id from "user" where id = $2::text))
     order by u.created_at desc, u.id desc limit $3::int`,
    [filter.email, filter.before, limit],
  );
  return rows.map(toView);
}

function toView(row: Row): UserView {
  const role: Role = roles.find((known) => known === row.role) ?? "user";
  return {
    id: row.id,
    email: row.email,
    is_active: row.active,
    is_superuser: role === "admin",
    is_verified: row.verified,
    ...namesOf(row),
    role,
    created_at: new Date(row.created_at).toISOString(),
    last_login: row.last_login_at === null ? null : new Date(row.last_login_at).toISOString(),
  };
}

/** As they were given, while they still make up the name; otherwise the name, split at its last space. */
function namesOf({ name, email, first_name, last_name }: Row): Pick<UserView, "first_name" | "last_name"> {
  if (fullName({ first_name, last_name }, email) === name) return { first_name, last_name };
  const [, first = name, last = null] = name.match(/^(.*\S)\s+(\S+)$/) ?? [];
  return { first_name: first, last_name: last };
}

/** The one name that the dashboard shows: without any, what stands before the @. */
export function fullName(
  names: { readonly first_name?: string | null; readonly last_name?: string | null },
  email: string,
): string {
  const full = [names.first_name, names.last_name].filter(Boolean).join(" ");
  return full || (email.split("@", 1)[0] ?? email);
}
