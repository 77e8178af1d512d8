/**
 * A message's text (RFC 5322, MIME): who wrote to whom, when and about what, the names of what is attached,
 * then its body. What is attached is read as documents of its own, see unpack.ts.
 */
import PostalMime, { type Address, type Attachment, type Email } from "postal-mime";
import { htmlToMarkdown } from "./html.ts";
import type { ReadText } from "./read-text.ts";
import type { Refused } from "./sniff.ts";

/** Null where it is no message that can be read. */
export function parseEmail(content: Uint8Array): Promise<Email | null> {
  return PostalMime.parse(content, { maxNestingDepth: 32, maxHeadersSize: 1024 * 1024 }).catch(() => null);
}

/** The attachments that somebody put there: pictures within the page belong to its look. */
export function attachmentsOf(email: Email): { name: string; content: Uint8Array; mediaType: string }[] {
  return email.attachments
    .filter(({ related }) => !related)
    .map((attachment, place) => ({
      name: attachment.filename || `attachment ${place + 1}`,
      content: bytesOf(attachment),
      mediaType: attachment.mimeType,
    }));
}

export async function readEmail(content: Uint8Array): Promise<ReadText | Refused> {
  const email = await parseEmail(content);
  if (!email) return { refused: "The e-mail is damaged: its parts cannot be told apart." };
  const plain = email.text?.trim();
  const body = plain || (email.html ? htmlToMarkdown(email.html).text : "");
  const head = [
    ["Subject", email.subject],
    ["From", namesOf(email.from && [email.from])],
    ["To", namesOf(email.to)],
    ["Cc", namesOf(email.cc)],
    ["Date", email.date],
    [
      "Attachments",
      attachmentsOf(email)
        .map(({ name }) => name)
        .join(", "),
    ],
  ].flatMap(([name, value]) => (value ? [`${name}: ${value}`] : []));
  const title = email.subject?.trim();
  return {
    format: "email",
    style: plain ? "text" : "markdown",
    parts: [`${head.join("\n")}\n\n${body}`],
    ...(title ? { title } : {}),
  };
}

function namesOf(addresses: readonly Address[] | undefined): string {
  return (addresses ?? [])
    .flatMap((entry) => (entry.group ? entry.group : [entry]))
    .map(({ name, address }) => (name && name !== address ? `${name} <${address}>` : address))
    .join(", ");
}

function bytesOf({ content }: Attachment): Uint8Array {
  if (typeof content === "string") return Buffer.from(content);
  return content instanceof Uint8Array ? content : new Uint8Array(content);
}
