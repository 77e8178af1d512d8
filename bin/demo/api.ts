/** A small client of the server's HTTP API; whatever goes wrong becomes one line for the person who looks on. */
import { z } from "zod";

export class DemoFailure extends Error {
  override name = "DemoFailure";
}

const problemSchema = z.object({ detail: z.string().optional(), message: z.string().optional() }).catch({});
const timeoutMs = 120_000;

export type Caller = { readonly cookie: string } | { readonly apiKey: string } | null;

export class Api {
  readonly url: string;

  constructor(url: string) {
    this.url = url.replace(/\/+$/, "");
  }

  /** @throws DemoFailure when the answer is an error or has another shape than `schema` */
  async call<Schema extends z.ZodType>(
    what: string,
    schema: Schema,
    { method = "GET", path, caller = null, body }: Request,
  ): Promise<{ body: z.output<Schema>; headers: Headers }> {
    const response = await this.send(method, path, caller, body);
    const text = await response.text();
    if (!response.ok) {
      const { detail, message } = problemSchema.parse(parseJson(text));
      throw new DemoFailure(
        `${what} failed: ${detail ?? message ?? response.statusText} (${response.status}).`,
      );
    }
    const parsed = schema.safeParse(parseJson(text));
    if (!parsed.success) {
      throw new DemoFailure(`${what} was answered with something unexpected: ${text.slice(0, 200)}`);
    }
    return { body: parsed.data, headers: response.headers };
  }

  async send(method: string, path: string, caller: Caller, body?: unknown): Promise<Response> {
    const form = body instanceof FormData;
    try {
      return await fetch(`${this.url}${path}`, {
        method,
        headers: {
          // As a page of the server itself would: Better Auth takes no sign-up from anywhere else.
          ...(caller && "apiKey" in caller
            ? { "X-API-Key": caller.apiKey }
            : { Origin: new URL(this.url).origin }),
          ...(caller && "cookie" in caller ? { Cookie: caller.cookie } : {}),
          ...(body === undefined || form ? {} : { "Content-Type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw new DemoFailure(
        `No answer from ${this.url}: ${cause instanceof Error ? cause.message : String(cause)}.`,
      );
    }
  }
}

type Request = {
  readonly method?: string;
  readonly path: string;
  readonly caller?: Caller;
  readonly body?: unknown;
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
