/**
 * A problem in FastAPI's form, for the routes whose clients know no other: what is wrong with an input is a
 * list of `{loc, msg, type}` with 422, and a bad password an object of code and reason. `code` and `hint`
 * stand beside `detail` as everywhere.
 */
import { z } from "zod";
import type { Problem } from "../errors.ts";

const issuesSchema = z.array(z.object({ path: z.string(), message: z.string() }));

/** @param method tells where the input was read from */
export function toFastApi(
  method: string,
  status: number,
  problem: Problem,
): { status: number; problem: object } {
  const { code, detail, passwordCode } = problem;
  if (code === "invalid_password") {
    return { status, problem: { ...problem, detail: { code: passwordCode, reason: detail } } };
  }
  if (code !== "invalid_input" && code !== "malformed_body" && code !== "unsupported_media_type") {
    return { status, problem };
  }
  const place = method === "GET" || method === "DELETE" ? "query" : "body";
  const { issues, ...rest } = problem;
  const { data = [] } = issuesSchema.safeParse(issues);
  const list = data.map(({ path, message }) => {
    const loc = [place, ...path.split(".").filter(Boolean)];
    return /received undefined/.test(message)
      ? { type: "missing", loc, msg: "Field required" }
      : { type: "value_error", loc, msg: message };
  });
  const whole = [
    { type: code === "malformed_body" ? "json_invalid" : "value_error", loc: [place], msg: detail },
  ];
  return { status: 422, problem: { ...rest, detail: list.length > 0 ? list : whole } };
}
