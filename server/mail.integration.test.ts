/** Mail that is queued with what caused it, tried again, given up, and kept as a file without a mail server. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { database, query } from "#db/client.ts";
import { createTestAccount } from "./testing/accounts.ts";
import { setUpTestDatabase } from "./testing/database.ts";
import { startSmtpServer } from "./testing/smtp-server.ts";

setUpTestDatabase();

const folders: string[] = [];
afterEach(async () => {
  vi.resetModules();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function mailWith(settings: Record<string, string>) {
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  vi.resetModules();
  return import("./mail.ts");
}

const waiting = async () =>
  (await query<{ attempts: number }>("select attempts from mails")).map((row) => row.attempts);
const makeDue = () => query("update mails set due_at = now()");

it("is tried again when the server refuses it for now", async () => {
  const smtp = await startSmtpServer();
  smtp.refuse(1);
  const { sendMail, mailSettled } = await mailWith({ SMTP_URL: smtp.url });
  await sendMail("reader@example.test", { subject: "Grüße\r\nBcc: x@example.test", text: "Hello" });
  await mailSettled();
  expect(smtp.mails).toHaveLength(0);
  expect(await waiting()).toEqual([1]);
  await makeDue();
  await mailSettled();
  expect(smtp.mails).toHaveLength(1);
  expect(smtp.mails[0]).toMatchObject({ to: "reader@example.test", text: "Hello" });
  expect(await waiting()).toEqual([]);
  await smtp.close();
});

it("is given up after a day of tries, and nobody fails for it", async () => {
  const smtp = await startSmtpServer();
  smtp.refuse(8);
  const { sendMail, mailSettled } = await mailWith({ SMTP_URL: smtp.url });
  await sendMail("reader@example.test", { subject: "Hi", text: "Hello" });
  await mailSettled();
  for (let tries = 1; tries < 8; tries++) {
    expect(await waiting()).toEqual([tries]);
    await makeDue();
    await mailSettled();
  }
  expect(await waiting()).toEqual([]);
  expect(smtp.mails).toHaveLength(0);
  await smtp.close();
});

it("goes with the transaction that caused it, and is sent once by two that look for it", async () => {
  const smtp = await startSmtpServer();
  const { id } = await createTestAccount().then(({ userId }) => ({ id: userId }));
  const { mailOwner, deliverMail, mailSettled } = await mailWith({ SMTP_URL: smtp.url });
  const db = await database();
  const broken = db.transaction(async (tx) => {
    await mailOwner(id, { subject: "Never", text: "Never" }, tx);
    throw new Error("rolled back");
  });
  await expect(broken).rejects.toThrow("rolled back");
  await db.transaction((tx) => mailOwner(id, { subject: "Kept", text: "A secret link" }, tx));
  const [stored] = await query<{ message: string; address: string | null }>(
    "select message, address from mails",
  );
  expect(stored?.message).not.toContain("secret");
  await Promise.all([deliverMail(), deliverMail(), deliverMail()]);
  await mailSettled();
  expect(smtp.mails.map(({ subject }) => subject)).toEqual(["Kept"]);
  await smtp.close();
});

it("is taken over when its sender died, and goes to nobody when the account is gone", async () => {
  const smtp = await startSmtpServer();
  const { sendMail, mailOwner, mailSettled } = await mailWith({ SMTP_URL: smtp.url });
  const db = await database();
  await db.transaction((tx) => sendMail("late@example.test", { subject: "Late", text: "Late" }, tx));
  await query("update mails set attempts = 1, due_at = now() + interval '2 minutes'");
  await mailSettled();
  expect(smtp.mails).toHaveLength(0);
  await makeDue();
  await mailOwner("nobody", { subject: "Gone", text: "Gone" });
  await mailSettled();
  expect(smtp.mails.map(({ to }) => to)).toEqual(["late@example.test"]);
  expect(await waiting()).toEqual([]);
  await smtp.close();
});

it("is kept in the outbox without a mail server", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fltr-mail-"));
  folders.push(folder);
  const { sendMail, mailSettled } = await mailWith({
    DATA_DIR: folder,
    APP_URL: "https://fltr.test",
    AUTH_SECRET: "a secret of this test alone, of 32 characters",
  });
  await sendMail("reader@example.test", { subject: "Receipt", text: "Thank you." });
  await mailSettled();
  const [name = ""] = await readdir(join(folder, "outbox"));
  const kept = await readFile(join(folder, "outbox", name), "utf8");
  expect(kept).toContain("From: FLTR <no-reply@fltr.test>");
  expect(kept).toContain("To: reader@example.test");
  expect(kept).toContain("Thank you.");
});
