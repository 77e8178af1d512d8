/**
 * Mail: by SMTP where SMTP_URL is set, otherwise kept as a file in DATA_DIR/outbox. Sending never holds up
 * or fails the call that caused it: three tries in the background, then a line in the log. Neither text nor
 * address reaches the log, since a mail may hold a secret link.
 */
import { randomBytes } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createTransport } from "nodemailer";
import { query } from "#db/client.ts";
import { env } from "#env";
import { log } from "./log.ts";

type Mail = { readonly subject: string; readonly text: string };

const pausesMs = [1_000, 5_000];
const pending = new Set<Promise<void>>();

/** To any address. Returns at once. */
export function sendMail(to: string, mail: Mail): void {
  track(mail, async () => to);
}

/** To the owner of an account, at the address it has then; to nobody when it is gone. Returns at once. */
export function mailOwner(accountId: string, mail: Mail): void {
  track(mail, async () => {
    const [owner] = await query<{ email: string }>('select email from "user" where id = $1', [accountId]);
    return owner?.email ?? null;
  });
}

/** Waits for what is being sent: before the process ends. */
export async function mailSettled(): Promise<void> {
  while (pending.size > 0) await Promise.all(pending);
}

function track(mail: Mail, address: () => Promise<string | null>): void {
  const sending = deliver(mail, address).finally(() => pending.delete(sending));
  pending.add(sending);
}

async function deliver(mail: Mail, address: () => Promise<string | null>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const to = await address();
      if (to !== null) await hand({ from: sender(), to, ...mail });
      return;
    } catch (error) {
      const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown";
      const pause = pausesMs[attempt];
      if (pause === undefined) {
        log.error({ subject: mail.subject, reason }, "mail given up");
        return;
      }
      log.warn({ subject: mail.subject, reason }, "mail will be tried again");
      await sleep(pause);
    }
  }
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
