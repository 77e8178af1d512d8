/**
 * Mail: by SMTP where SMTP_URL is set, otherwise kept as a file in DATA_DIR/outbox. It is queued in the
 * database, with what caused it where that has a transaction, and sent by any process: tried again for about
 * a day, then given up with a line in the log. Neither text nor address is stored or logged in the clear,
 * since a mail may hold a secret link.
 */
import { randomBytes } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { z } from "zod";
import { query, queryWithin, type Transaction } from "#db/client.ts";
import { env } from "#env";
import { newId } from "./ids.ts";
import { log } from "./log.ts";
import type { MailKind } from "./operations.ts";
import { seal, unseal } from "./secret.ts";

export type Mail = {
  readonly subject: string;
  readonly text: string;
  /** Left out: the owner cannot do without it. */
  readonly kind?: MailKind;
};

/** Pauses before it is tried again; after the last one it is given up. */
const pausesSeconds = [10, 60, 300, 1_800, 7_200, 21_600, 43_200] as const;
/** A process that took a mail and died leaves it to another one after so long. */
const leaseSeconds = 120;
const batch = 20;

/** To any address. Kept when this returns; sent soon after. */
export function sendMail(to: string, mail: Mail, tx?: Transaction): Promise<void> {
  return enqueue({ address: to, accountId: null }, mail, tx);
}

/** To the owner of an account, at the address it has when it is sent; to nobody when it is gone by then. */
export function mailOwner(accountId: string, mail: Mail, tx?: Transaction): Promise<void> {
  return enqueue({ address: null, accountId }, mail, tx);
}

type Recipient = { readonly address: string | null; readonly accountId: string | null };

async function enqueue({ address, accountId }: Recipient, mail: Mail, tx?: Transaction): Promise<void> {
  const statement = `
    insert into mails (id, address, account_id, message) select $1, $2, $3, $4
    where not exists (select from refused_mails where account_id = $3 and kind = $5)`;
  const message = seal(JSON.stringify({ subject: mail.subject, text: mail.text }));
  const values = [
    newId("mail"),
    address === null ? null : seal(address),
    accountId,
    message,
    mail.kind ?? null,
  ];
  if (tx) {
    // It may be rolled back: whoever looks next finds it.
    await queryWithin(tx, statement, values);
    return;
  }
  await query(statement, values);
  deliverSoon();
}

let delivering: Promise<void> | undefined;

function deliverSoon(): void {
  delivering ??= deliverAll().finally(() => {
    delivering = undefined;
  });
}

async function deliverAll(): Promise<void> {
  try {
    while ((await deliverMail()) > 0);
  } catch (error) {
    log.warn({ error: error instanceof Error ? error.name : "unknown" }, "mail waits");
  }
}

/** Waits until nothing is left to be sent now: before the process ends. */
export async function mailSettled(): Promise<void> {
  await delivering;
  await deliverAll();
}

const rowSchema = z.object({
  id: z.string(),
  address: z.string().nullable(),
  account_id: z.string().nullable(),
  message: z.string(),
  attempts: z.number(),
});
const messageSchema = z.object({ subject: z.string(), text: z.string() });
type Row = z.output<typeof rowSchema>;

/** Sends what is due. Answers how many it took; several processes may do so at once. */
export async function deliverMail(): Promise<number> {
  const rows = await query<Row>(
    `update mails set attempts = attempts + 1, due_at = now() + make_interval(secs => $2::int)
     where id in (select id from mails where due_at <= now() order by due_at limit $1::int for update skip locked)
     returning id, address, account_id, message, attempts`,
    [batch, leaseSeconds],
  );
  await Promise.all(rows.map((row) => deliver(rowSchema.parse(row))));
  return rows.length;
}

async function deliver(row: Row): Promise<void> {
  try {
    const mail = messageSchema.parse(JSON.parse(unseal(row.message)));
    const to = row.address === null ? await addressOf(row.account_id) : unseal(row.address);
    if (to !== null) await hand({ from: sender(), to, ...mail });
    await query("delete from mails where id = $1", [row.id]);
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    const pause = pausesSeconds[row.attempts - 1];
    const told = { mail: row.id, reason, attempts: row.attempts };
    if (pause === undefined) {
      log.error(told, "mail given up");
      await query("delete from mails where id = $1", [row.id]);
      return;
    }
    log.warn(told, "mail will be tried again");
    await query("update mails set due_at = now() + make_interval(secs => $2::int) where id = $1", [
      row.id,
      pause,
    ]);
  }
}

async function addressOf(accountId: string | null): Promise<string | null> {
  const [owner] = await query<{ email: string }>('select email from "user" where id = $1', [accountId]);
  return owner?.email ?? null;
}

async function hand(message: Mail & { from: string; to: string }): Promise<void> {
  if (env.SMTP_URL) {
    const smtp = createTransport({
      url: env.SMTP_URL,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 20_000,
    });
    await smtp.sendMail(message);
    return;
  }
  const composed = await createTransport({ streamTransport: true, buffer: true }).sendMail(message);
  const folder = join(env.DATA_DIR, "outbox");
  const name = `${new Date().toISOString().replaceAll(":", "-")}-${randomBytes(3).toString("hex")}.eml`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, `.${name}`), composed.message, { mode: 0o600 });
  await rename(join(folder, `.${name}`), join(folder, name));
  log.info({ subject: message.subject, file: join(folder, name) }, "mail kept in the outbox");
}

function sender(): string {
  return env.MAIL_FROM ?? `FLTR <no-reply@${new URL(env.appUrl).hostname}>`;
}
