/**
 * What a new password must be: long enough, and none that is tried first by whoever guesses. Known breaches
 * are asked by k-anonymity (Have I Been Pwned's range interface: five digits of the SHA-1 leave this server);
 * where that is off or away, the rules here decide alone (NIST SP 800-63B §5.1.1.2).
 */
import { createHash } from "node:crypto";
import { env } from "#env";
import { commonWords } from "./common-passwords.ts";
import { log } from "./log.ts";
import { passwordLength } from "./operations.ts";

export type PasswordFault = { readonly code: string; readonly message: string };

/** @param own words of the person, as name and e-mail address, which are no password either */
export async function passwordFault(
  password: string,
  own: readonly string[] = [],
): Promise<PasswordFault | null> {
  const { min, max } = passwordLength;
  const length = [...password].length;
  if (length < min) return { code: "PASSWORD_TOO_SHORT", message: `Use at least ${min} characters.` };
  if (password.length > max) return { code: "PASSWORD_TOO_LONG", message: `Use at most ${max} characters.` };
  if (isGuessedFirst(password, own)) {
    return {
      code: "PASSWORD_TOO_COMMON",
      message:
        "This password is one of the first that anybody tries. Use a few words that do not belong together.",
    };
  }
  if (!(await isBreached(password))) return null;
  return {
    code: "PASSWORD_COMPROMISED",
    message:
      "This password is known from a data breach elsewhere, so it is tried by whoever guesses. Use another one.",
  };
}

const leet: Record<string, string> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "8": "b",
  "@": "a",
  $: "s",
  "!": "i",
};

const rows = [
  "qwertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "1234567890",
  "qazwsxedcrfvtgbyhnujmikolp",
  "1qaz2wsx3edc4rfv5tgb",
];
const walks = [...rows, "abcdefghijklmnopqrstuvwxyz"].flatMap((row) => {
  const twice = row + row;
  return [twice, [...twice].reverse().join("")];
});

/**
 * Lists of leaked passwords are mostly these few shapes around a few hundred words: a word with digits and
 * signs about it, letters replaced by look-alikes, a word twice, one short thing over and over, a walk over
 * the keyboard, a date or number.
 */
function isGuessedFirst(password: string, own: readonly string[]): boolean {
  const lower = password.normalize("NFKC").toLowerCase();
  const bare = lower.replace(/[\s\p{P}\p{S}]/gu, "");
  if (/^\d*$/.test(bare)) return true;
  if (/^(.{1,3}?)\1+.{0,2}$/u.test(lower)) return true;
  if (walks.some((walk) => walk.includes(bare))) return true;
  const words = new Set([...commonWords, ...own.flatMap(wordsOf)]);
  const edges = /^[\d\s\p{P}\p{S}]+|[\d\s\p{P}\p{S}]+$/gu;
  const spellings = [
    bare,
    lower.replace(edges, ""),
    unleet(lower.replace(edges, "")),
    unleet(lower),
    unleet(bare),
  ];
  return spellings.some((spelling) => isMadeOf(spelling.replace(/[^\p{L}]/gu, ""), words));
}

function unleet(text: string): string {
  return text.replace(/[0134578@$!]/g, (sign) => leet[sign] ?? sign);
}

/** One common word, the same one again and again, or two of them, which is still but a million pairs. */
function isMadeOf(letters: string, words: ReadonlySet<string>): boolean {
  if (words.has(letters)) return true;
  for (let at = 3; at <= letters.length - 3; at++) {
    if (words.has(letters.slice(0, at)) && words.has(letters.slice(at))) return true;
  }
  const unit = letters.match(/^(.+?)\1+$/u)?.[1];
  return unit !== undefined && words.has(unit);
}

function wordsOf(text: string): string[] {
  return [text.split("@")[0] ?? "", ...text.split(/[^\p{L}]+/u)]
    .map((word) => word.toLowerCase().replace(/[^\p{L}]/gu, ""))
    .filter((word) => word.length >= 3);
}

const timeoutMs = 1_500;
/** After a failure it is left alone so long, so that not everybody waits for it. */
const pauseMs = 60_000;
let awayUntil = 0;

async function isBreached(password: string): Promise<boolean> {
  if (env.PASSWORD_CHECK_URL === "off" || Date.now() < awayUntil) return false;
  const digest = createHash("sha1").update(password).digest("hex").toUpperCase();
  const [prefix, suffix] = [digest.slice(0, 5), digest.slice(5)];
  try {
    const response = await fetch(`${env.PASSWORD_CHECK_URL.replace(/\/+$/, "")}/range/${prefix}`, {
      headers: { "Add-Padding": "true", "User-Agent": "FLTR" },
      signal: AbortSignal.timeout(timeoutMs),
      redirect: "error",
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    // Padding comes with a count of 0.
    return new RegExp(`^${suffix}:0*[1-9]`, "im").test(await response.text());
  } catch (error) {
    awayUntil = Date.now() + pauseMs;
    log.warn({ reason: error instanceof Error ? error.message : "unknown" }, "the password check is away");
    return false;
  }
}
