/** The account endpoints of Better Auth, called as a form would; the session is an HttpOnly cookie. */

export type AuthAnswer = { ok: true } | { ok: false; code: string; message: string };

const unreachable: AuthAnswer = {
  ok: false,
  code: "UNREACHABLE",
  message: "The server could not be reached. Check your connection, then try again.",
};

export async function authRequest(
  path: "sign-in/email" | "sign-up/email" | "sign-out",
  body: Record<string, string>,
): Promise<AuthAnswer> {
  try {
    const response = await fetch(`/api/auth/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (response.ok) return { ok: true };
    const answer: unknown = await response.json().catch(() => null);
    return { ok: false, code: fieldOf(answer, "code"), message: wordsFor(response, answer) };
  } catch {
    return unreachable;
  }
}

function wordsFor(response: Response, answer: unknown): string {
  if (response.status === 429) return "Too many tries. Wait a minute, then try again.";
  return (
    fieldOf(answer, "message") ||
    fieldOf(answer, "detail") ||
    "Something went wrong on our side. Try again in a moment."
  );
}

function fieldOf(answer: unknown, name: "code" | "message" | "detail"): string {
  if (typeof answer !== "object" || answer === null || !(name in answer)) return "";
  const value: unknown = Reflect.get(answer, name);
  return typeof value === "string" ? value : "";
}
