/**
 * How often a call came lately, and what it was answered: in Redis where processes share one, else in memory.
 * One key a call, one round trip a look; a store that is away counts nothing and remembers nothing.
 */
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { env } from "#env";
import { withinDeadline } from "./deadline.ts";
import { connectRedis, type RedisClient } from "./redis.ts";

export type Seen = {
  /** This call included. */
  readonly times: number;
  /** As kept; null: none, or too old. */
  readonly answer: string | null;
  readonly paused: boolean;
};

export interface RepeatStore {
  count(key: string): Promise<Seen>;
  keep(key: string, answer: string): Promise<void>;
  pause(key: string, seconds: number): Promise<void>;
  forget(key: string): Promise<void>;
}

export const countedSeconds = 600;
const answerMs = 60_000;
const deadlineMs = 40;

type Entry = { times: number; until: number; answer: string | null; answeredAt: number; paused: boolean };

class MemoryRepeatStore implements RepeatStore {
  // About 16 MB when full of answers as large as they may be kept, which they rarely are.
  readonly #entries = new LRUCache<string, Entry>({ max: 10_000 });

  async count(key: string): Promise<Seen> {
    const now = Date.now();
    const known = this.#entries.get(key);
    const entry =
      known && known.until > now
        ? known
        : { times: 0, until: now + countedSeconds * 1000, answer: null, answeredAt: 0, paused: false };
    entry.times++;
    this.#entries.set(key, entry);
    const fresh = entry.answeredAt > now - answerMs;
    return { times: entry.times, answer: fresh ? entry.answer : null, paused: entry.paused };
  }

  async keep(key: string, answer: string): Promise<void> {
    const entry = this.#entries.get(key);
    if (entry) Object.assign(entry, { answer, answeredAt: Date.now() });
  }

  async pause(key: string, seconds: number): Promise<void> {
    const entry = this.#entries.get(key);
    if (entry) Object.assign(entry, { paused: true, answer: null, until: Date.now() + seconds * 1000 });
  }

  async forget(key: string): Promise<void> {
    this.#entries.delete(key);
  }
}

const repliesSchema = z.array(z.tuple([z.null(), z.unknown()]));
const fieldsSchema = z.tuple([z.string().nullable(), z.string().nullable(), z.string().nullable()]);

export class RedisRepeatStore implements RepeatStore {
  readonly #client: RedisClient;

  constructor(client: RedisClient) {
    this.#client = client;
  }

  async count(key: string): Promise<Seen> {
    const call = this.#client
      .multi()
      .hincrby(named(key), "times", 1)
      .expire(named(key), countedSeconds, "NX");
    const replies = await this.#within(call.hmget(named(key), "answer", "answeredAt", "paused").exec());
    const [[, times] = [null, 1], , [, fields] = [null, null]] = repliesSchema.parse(replies);
    const [answer, answeredAt, paused] = fieldsSchema.parse(fields);
    const fresh = Number(answeredAt) > Date.now() - answerMs;
    return { times: Number(times), answer: fresh ? answer : null, paused: paused !== null };
  }

  async keep(key: string, answer: string): Promise<void> {
    // Only what is counted, and so ends by itself.
    const fields = { answer, answeredAt: String(Date.now()) };
    await this.#within(
      this.#client.multi().hset(named(key), fields).expire(named(key), countedSeconds, "NX").exec(),
    );
  }

  async pause(key: string, seconds: number): Promise<void> {
    const paused = this.#client.multi().hset(named(key), "paused", "1").hdel(named(key), "answer");
    await this.#within(paused.expire(named(key), seconds).exec());
  }

  async forget(key: string): Promise<void> {
    await this.#within(this.#client.del(named(key)));
  }

  #within<T>(reply: Promise<T>): Promise<T> {
    return withinDeadline(reply, deadlineMs);
  }
}

function named(key: string): string {
  return `repeat:${key}`;
}

// Next bundles a second copy of this module into the same process: both must count in one place.
const slot = Symbol.for("fltr.repeatStore");
const shared: typeof globalThis & { [slot]?: RepeatStore } = globalThis;

export function getRepeatStore(): RepeatStore {
  shared[slot] ??= env.REDIS_URL
    ? new RedisRepeatStore(connectRedis(env.REDIS_URL))
    : new MemoryRepeatStore();
  return shared[slot];
}
