/** The account endpoints of Better Auth, called as a form would; the session is an HttpOnly cookie. */

/** `url`: where an authorization request goes on; null where none was sent along. */
export type AuthAnswer = { ok: true; url: string | null } | { ok: false; code: string; message: string };

const unreachable: AuthAnswer = {
  ok: false,
  code: "UNREACHABLE",
  message: "The server could not be reached. Check your connection, then try again.",
};

export async function authRequest(
  path: "change-password" | "sign-in/email" | "sign-up/email" | "sign-out",
  body: Record<string, string | boolean>,
): Promise<AuthAnswer> {
  try {
    const response = await fetch(`/api/auth/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok) return { ok: true, url: fieldOf(answer, "url") || null };
    return { ok: false, code: fieldOf(answer, "code"), message: wordsFor(response, answer) };
  } catch {
    return unreachable;
  }
}

function wordsFor(response: Response, answer: unknown): string {
  if (response.status === 429) return "Too many tries. Wait a minute, then try again.";
  if (fieldOf(answer, "error") === "invalid_signature")
    return "The app’s request has expired. Go back to the app and connect again.";
  return (
    fieldOf(answer, "message") ||
    fieldOf(answer, "detail") ||
    "Something went wrong on our side. Try again in a moment."
  );
}

function fieldOf(answer: unknown, name: "code" | "detail" | "error" | "message" | "url"): string {
  if (typeof answer !== "object" || answer === null || !(name in answer)) return "";
  const value: unknown = Reflect.get(answer, name);
  return typeof value === "string" ? value : "";
}
