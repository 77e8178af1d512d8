/**
 * A client that was written against a fastapi-users back end and knows nothing else: its routes, forms and
 * words. One instance is one program with the tokens that it holds.
 */
import { randomBytes } from "node:crypto";
import { apiHandler } from "#server/api.ts";

export type Told = { readonly status: number; readonly headers: Headers; readonly body: unknown };

type Body = { readonly json: unknown } | { readonly form: Record<string, string> };

export class FastApiClient {
  accessToken: string | null = null;
  refreshToken: string | null = null;
  /** Each program calls from an address of its own: limits by address are not what is tried here. */
  readonly address: string;

  constructor(address = `203.0.113.${randomBytes(1)[0]}`) {
    this.address = address;
  }

  async call(method: string, path: string, body?: Body, token = this.accessToken): Promise<Told> {
    const url = `http://localhost:3000/api/v1${path}`;
    const headers: Record<string, string> = {
      "user-agent": "python-httpx/0.28.1",
      "x-forwarded-for": this.address,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    };
    const init: RequestInit = { method, headers };
    if (body && "json" in body) {
      headers["content-type"] = "application/json";
      init.body = JSON.stringify(body.json);
    } else if (body) init.body = new URLSearchParams(body.form);
    const response = await apiHandler("/api/v1/x")?.(new Request(url, init));
    if (!response) throw new Error("no handler");
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text ? JSON.parse(text) : null,
    };
  }

  register(fields: Record<string, unknown>): Promise<Told> {
    return this.call("POST", "/auth/register", { json: fields });
  }

  /** @param more fields that fastapi-users does not know */
  async login(username: string, password: string, more: Record<string, string> = {}): Promise<Told> {
    const known = { grant_type: "password", username, password, scope: "", client_id: "", client_secret: "" };
    const form = { ...known, ...more };
    return this.keep(await this.call("POST", "/auth/jwt/login", { form }));
  }

  async refresh(): Promise<Told> {
    const json = { refresh_token: this.refreshToken };
    return this.keep(await this.call("POST", "/auth/jwt/refresh", { json }));
  }

  logout(): Promise<Told> {
    return this.call("POST", "/auth/jwt/logout");
  }

  private keep(told: Told): Told {
    if (told.status !== 200) return told;
    const { access_token, refresh_token } = told.body as Record<string, string>;
    this.accessToken = access_token ?? null;
    this.refreshToken = refresh_token ?? null;
    return told;
  }
}
