/** The account endpoints of Better Auth, called as a form would; the session is an HttpOnly cookie. */

/** `url`: where an authorization request goes on; null where none was sent along. */
export type AuthAnswer =
  | { ok: true; url: string | null; answer: unknown }
  | { ok: false; code: string; message: string };

const unreachable: AuthAnswer = {
  ok: false,
  code: "UNREACHABLE",
  message: "The server could not be reached. Check your connection, then try again.",
};

type Path =
  | "admin/impersonate-user"
  | "admin/stop-impersonating"
  | "change-email"
  | "change-password"
  | "passkey/delete-passkey"
  | "passkey/update-passkey"
  | "passkey/verify-authentication"
  | "passkey/verify-registration"
  | "request-password-reset"
  | "reset-password"
  | "send-verification-email"
  | "sign-in/email"
  | "sign-in/social"
  | "sign-out"
  | "sign-up/email"
  | "two-factor/disable"
  | "two-factor/enable"
  | "two-factor/generate-backup-codes"
  | "two-factor/verify-backup-code"
  | "two-factor/verify-totp"
  | "unlink-account"
  | "update-user";

export function authRequest(path: Path, body: Record<string, unknown>): Promise<AuthAnswer> {
  return ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

type ReadPath =
  | "passkey/generate-authenticate-options"
  | "passkey/generate-register-options"
  | "verify-email";

export function authRead(path: ReadPath, query: Record<string, string> = {}): Promise<AuthAnswer> {
  return ask(`${path}?${new URLSearchParams(query)}`, { cache: "no-store" });
}

async function ask(path: string, init: RequestInit): Promise<AuthAnswer> {
  try {
    const response = await fetch(`/api/auth/${path}`, init);
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok) return { ok: true, url: fieldOf(answer, "url") || null, answer };
    return { ok: false, code: fieldOf(answer, "code"), message: wordsFor(response, answer) };
  } catch {
    return unreachable;
  }
}

/** What Better Auth says in words of its own. */
const words: Record<string, string> = {
  EMAIL_NOT_VERIFIED: "Confirm your e-mail address first. We have sent you a new link.",
  INVALID_CODE: "This code is not right. Codes change every 30 seconds: try the one that is shown now.",
  INVALID_BACKUP_CODE: "This recovery code is not right or was used before.",
  INVALID_TOKEN: "This link is no longer good. Ask for a new one.",
  TOKEN_EXPIRED: "This link has expired. Ask for a new one.",
  PASSKEY_NOT_FOUND: "This passkey belongs to no account here. It may have been removed.",
};

function wordsFor(response: Response, answer: unknown): string {
  if (response.status === 429) return tooMany(response);
  if (fieldOf(answer, "error") === "invalid_signature")
    return "The app’s request has expired. Go back to the app and connect again.";
  return (
    words[fieldOf(answer, "code")] ||
    fieldOf(answer, "message") ||
    fieldOf(answer, "detail") ||
    "Something went wrong on our side. Try again in a moment."
  );
}

/** Who is held up by somebody else's guesses has ways in that they do not touch. */
function tooMany(response: Response): string {
  const minutes = Math.ceil(Number(response.headers.get("Retry-After") ?? 60) / 60);
  const wait = minutes === 1 ? "a minute" : `${minutes} minutes`;
  return `Too many tries. Wait ${wait}, or use a passkey, a browser where you signed in before, or a new password by mail.`;
}

export function fieldOf(
  answer: unknown,
  name: "code" | "detail" | "error" | "message" | "token" | "totpURI" | "url",
): string {
  if (typeof answer !== "object" || answer === null || !(name in answer)) return "";
  const value: unknown = Reflect.get(answer, name);
  return typeof value === "string" ? value : "";
}
