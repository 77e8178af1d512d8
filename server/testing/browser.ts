/** A browser as far as Better Auth's routes go: it keeps cookies and sends them back. */
import { expect } from "vitest";
import { send } from "./oauth-client.ts";

export type Reply = { status: number; headers: Headers; text: string; body: Record<string, unknown> };

export function newBrowser(address = "192.0.2.1", userAgent = "Firefox on Linux") {
  const cookies = new Map<string, string>();

  async function request(method: "GET" | "POST", path: string, body?: unknown): Promise<Reply> {
    const response = await send(path.startsWith("/") ? path : `/api/auth/${path}`, {
      method,
      headers: {
        "x-forwarded-for": address,
        "user-agent": userAgent,
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        ...(method === "POST" ? { origin: "http://localhost:3000", "content-type": "application/json" } : {}),
      },
      ...(method === "POST" ? { body: JSON.stringify(body ?? {}) } : {}),
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";", 1);
      const at = pair.indexOf("=");
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      if (value === "" || /max-age=0/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    const text = await response.text();
    const parsed = /json/.test(response.headers.get("content-type") ?? "") && text ? JSON.parse(text) : {};
    return { status: response.status, headers: response.headers, text, body: parsed ?? {} };
  }

  return {
    cookies,
    /** For the Cookie header of calls past this browser. */
    cookie: () => [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
    get: (path: string) => request("GET", path),
    post: (path: string, body?: unknown) => request("POST", path, body),
    async signIn(email: string, password: string): Promise<Reply> {
      const reply = await request("POST", "sign-in/email", { email, password });
      expect(reply.text).not.toContain("error");
      return reply;
    },
    isSignedIn: async () => (await request("GET", "/api/v1/credits")).status === 200,
  };
}

/** The query field of the link in a mail. */
export function inLink(text: string, field: string): string {
  const link = text.match(/https?:\/\/\S+/)?.[0] ?? "";
  return new URL(link).searchParams.get(field) ?? "";
}
