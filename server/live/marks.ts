/**
 * What stands in place of "has anything changed?": one statement of index look-ups an account, cheap enough
 * to be asked each second for every open page. Asked of the database, so it sees what any process did.
 */
import { query } from "#db/client.ts";
import { notBanned } from "../accounts.ts";

export const topics = ["credits", "receipts", "connections", "documents"] as const;
export type Topic = (typeof topics)[number];
export type Marks = Readonly<Record<Topic, string>>;

const statement = `
select
  concat(a.balance, ' ', a.seq) as credits,
  coalesce((select max(r.id) from receipts r where r.account_id = u.id), '') as receipts,
  (select concat(count(*), ' ', max(c.updated_at), ' ', max(c.last_used_at)) from connections c where c.account_id = u.id) as connections,
  concat(
    (select concat(count(*), ' ', max(d.updated_at), ' ', sum(d.progress)) from documents d join datasets s on s.id = d.dataset_id
     where d.state in ('queued', 'processing') and s.owner_id = u.id), ' ',
    (select max(newest.at) from datasets s cross join lateral (
       select max(d.created_at) as at from documents d where d.dataset_id = s.id) newest
     where s.owner_id = u.id)
  ) as documents
from session e join "user" u on u.id = e.user_id left join credit_accounts a on a.id = u.id
where e.id = $1 and e.expires_at > now() and ${notBanned}`;

/** Null once the session has ended or its user is banned. */
export async function readMarks(sessionId: string): Promise<Marks | null> {
  const [row] = await query<Marks>(statement, [sessionId]);
  return row ?? null;
}
