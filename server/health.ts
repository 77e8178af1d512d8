/** Liveness: the process answers. Readiness: so do the database and, where configured, Redis. */
import { query } from "#db/client.ts";
import { json } from "./http.ts";
import { getRateLimiter } from "./rate-limit.ts";

export function handleHealth(): Response {
  return json({ status: "ok" });
}

/** 503 while the database is away. Without Redis the limits hold in memory: ready, but said. */
export async function handleReady(): Promise<Response> {
  const database = await query("select 1").then(
    () => "ok",
    () => "unavailable",
  );
  const limits = getRateLimiter().status().store;
  const ready = database === "ok";
  return json({ status: ready ? "ok" : "unavailable", database, limits }, ready ? 200 : 503);
}
