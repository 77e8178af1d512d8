/**
 * A process of its own that calls the limiter: run by fork(), asked with `takes`, answers with decisions.
 * It says "ready" when it is connected, so that the calls of several processes fall together.
 */
import { z } from "zod";
import { RedisRateLimiter } from "../rate-limit-redis.ts";
import { connectRedis, whenReady } from "../redis.ts";

const takes = z.object({
  times: z.int(),
  limits: z.array(
    z.object({
      name: z.string(),
      subject: z.string(),
      points: z.int(),
      windowSeconds: z.int(),
      cost: z.int(),
    }),
  ),
});

const client = connectRedis(z.string().parse(process.argv[2]));
// A test machine may be busy for longer than a call waits in production.
const limiter = new RedisRateLimiter({ client, processes: 2, deadlineMs: 5000 });

process.on("message", async (message) => {
  const { times, limits } = takes.parse(message);
  const decisions = await Promise.all(Array.from({ length: times }, () => limiter.take(limits)));
  process.send?.({ decisions, store: limiter.status().store });
});
process.on("disconnect", () => void limiter.close());

await whenReady(client);
process.send?.("ready");
