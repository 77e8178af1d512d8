/** Keys and connections of every account. No secret is among it: a key is known by its first characters. */
import { z } from "zod";
import { query } from "#db/client.ts";
import { proseField, timeField } from "../fields.ts";
import { likeText } from "../like.ts";
import { decodeCursor, pageInput, pageOf, toPage } from "../pages.ts";
import { procedure } from "../trpc.ts";

const credentialSchema = z
  .object({
    id: z.string(),
    kind: z.enum(["apiKey", "connection", "login"]).describe("login: a program that signed in by password"),
    userId: z.string(),
    email: z.string(),
    name: z.string(),
    start: z.string().nullable().describe("First characters of a key"),
    createdAt: timeField,
    lastUsedAt: timeField.nullable(),
    expiresAt: timeField.nullable(),
    pausedAt: timeField.nullable(),
  })
  .meta({ id: "Credential" });

type Row = Omit<z.output<typeof credentialSchema>, "createdAt" | "lastUsedAt" | "expiresAt" | "pausedAt"> &
  Record<"createdAt", string | Date> &
  Record<"lastUsedAt" | "expiresAt" | "pausedAt", string | Date | null>;

export const credentials = procedure("admin.credentials", {
  input: z.strictObject({
    ...pageInput,
    kind: z.enum(["apiKey", "connection", "login"]).optional(),
    search: proseField(200).optional().describe("Part of its name or of its owner's e-mail address"),
  }),
  output: pageOf(credentialSchema),
}).query(async ({ input: { cursor, limit, kind, search } }) => {
  const before = decodeCursor(cursor, /^\d{4}-[\d-]+T[\d:.]+Z [\w-]{1,100}$/);
  const pattern = search ? `%${likeText(search)}%` : null;
  const [time = null, id = null] = before?.split(" ") ?? [];
  const rows = await query<Row>(
    `with all_of_them as (
       select k.id, 'apiKey' as kind, k.reference_id as user_id, coalesce(k.name, '') as name, k.start,
         k.created_at, k.last_request as last_used_at, k.expires_at, null::timestamptz as paused_at
       from apikey k
       union all
       select c.id, case when c.login then 'login' else 'connection' end, c.account_id, c.name, null,
         c.created_at, c.last_used_at, c.expires_at, c.paused_at
       from connections c
     )
     select a.id, a.kind, a.user_id as "userId", u.email, a.name, a.start,
       date_trunc('milliseconds', a.created_at) as "createdAt",
       a.last_used_at as "lastUsedAt", a.expires_at as "expiresAt", a.paused_at as "pausedAt"
     from all_of_them a join "user" u on u.id = a.user_id
     where ($1::text is null or a.kind = $1)
       and ($2::text is null or a.name ilike $2 or u.email ilike $2)
       and ($3::timestamptz is null or (date_trunc('milliseconds', a.created_at), a.id) < ($3::timestamptz, $4::text))
     order by date_trunc('milliseconds', a.created_at) desc, a.id desc limit $5::int`,
    [kind ?? null, pattern, time, id, limit + 1],
  );
  return toPage(
    rows,
    limit,
    ({ createdAt, lastUsedAt, expiresAt, pausedAt, ...row }) => ({
      ...row,
      createdAt: iso(createdAt),
      lastUsedAt: lastUsedAt && iso(lastUsedAt),
      expiresAt: expiresAt && iso(expiresAt),
      pausedAt: pausedAt && iso(pausedAt),
    }),
    (row) => `${iso(row.createdAt)} ${row.id}`,
  );
});

function iso(time: string | Date): string {
  return new Date(time).toISOString();
}
