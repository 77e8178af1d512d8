/** Mail that is tried again, given up, and kept as a file where there is no mail server. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { startSmtpServer } from "./testing/smtp-server.ts";

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

it("is tried again when the server refuses it for now", async () => {
  const smtp = await startSmtpServer();
  smtp.refuse(1);
  const { sendMail, mailSettled } = await mailWith({ SMTP_URL: smtp.url });
  sendMail("reader@example.test", { subject: "Grüße\r\nBcc: x@example.test", text: "Hello" });
  expect(smtp.mails).toHaveLength(0);
  await mailSettled();
  expect(smtp.mails).toHaveLength(1);
  expect(smtp.mails[0]).toMatchObject({ to: "reader@example.test", text: "Hello" });
  await smtp.close();
});

it("is given up after three tries, and nobody fails for it", async () => {
  const smtp = await startSmtpServer();
  smtp.refuse(3);
  const { sendMail, mailSettled } = await mailWith({ SMTP_URL: smtp.url });
  sendMail("reader@example.test", { subject: "Hi", text: "Hello" });
  await mailSettled();
  expect(smtp.mails).toHaveLength(0);
  await smtp.close();
});

it("is kept in the outbox without a mail server", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fltr-mail-"));
  folders.push(folder);
  const { sendMail, mailSettled } = await mailWith({ DATA_DIR: folder, APP_URL: "https://fltr.test" });
  sendMail("reader@example.test", { subject: "Receipt", text: "Thank you." });
  await mailSettled();
  const [name = ""] = await readdir(join(folder, "outbox"));
  const kept = await readFile(join(folder, "outbox", name), "utf8");
  expect(kept).toContain("From: FLTR <no-reply@fltr.test>");
  expect(kept).toContain("To: reader@example.test");
  expect(kept).toContain("Thank you.");
});
