import { describe, expect, it } from "vitest";
import { MemoryRateLimiter } from "./rate-limit-memory.ts";
import type { Limit } from "./rate-limit-window.ts";
import { fc } from "./testing/property.ts";
import { playAgainstOracle, scenarios } from "./testing/rate-limit-oracle.ts";

function limit(overrides: Partial<Limit> = {}): Limit {
  return { name: "apiKey", subject: "account:a", points: 3, windowSeconds: 60, cost: 1, ...overrides };
}

function clocked(options: { maxIdentities?: number; processes?: number } = {}) {
  const clock = { nowMs: 1_800_000_000_000 };
  return { clock, limiter: new MemoryRateLimiter({ now: () => clock.nowMs, ...options }) };
}

describe("the memory limiter", () => {
  it("decides as an exact log does, over tens of thousands of random calls", async () => {
    let calls = 0;
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const { clock, limiter } = clocked();
        calls += await playAgainstOracle(scenario, "account:a", (limits, nowMs) => {
          clock.nowMs = nowMs;
          return limiter.take(limits);
        });
      }),
      { numRuns: 400 },
    );
    expect(calls).toBeGreaterThan(20_000);
  });

  it("takes nothing from any limit when one refuses", async () => {
    const { limiter } = clocked();
    const both = [limit({ points: 10 }), limit({ name: "batch", points: 2 })];
    await limiter.take(both);
    await limiter.take(both);
    const refused = await limiter.take(both);
    expect(refused).toMatchObject({ admitted: false, refusedBy: { name: "batch" }, beyondLimit: false });
    expect(await limiter.peek(both)).toMatchObject([{ remaining: 8 }, { remaining: 0 }]);
  });

  it("names the limit that refuses longest", async () => {
    const { limiter } = clocked();
    const both = [limit({ points: 1, windowSeconds: 3600 }), limit({ name: "batch", points: 1 })];
    await limiter.take(both);
    expect(await limiter.take(both)).toMatchObject({ refusedBy: { name: "apiKey" } });
  });

  it("says so when no wait can help", async () => {
    const { limiter } = clocked();
    expect(await limiter.take([limit({ cost: 4 })])).toMatchObject({ admitted: false, beyondLimit: true });
    expect(await limiter.take([limit({ points: 0 })])).toMatchObject({ beyondLimit: true });
  });

  it("looks without refusing or keeping anything at cost 0", async () => {
    const { limiter } = clocked();
    const states = await limiter.peek([limit()]);
    expect(states).toEqual([{ name: "apiKey", points: 3, windowSeconds: 60, remaining: 3, resetSeconds: 0 }]);
    expect(limiter.status().identities).toBe(0);
    await limiter.take([limit({ cost: 3 })]);
    expect(await limiter.take([limit({ points: 1, cost: 0 })])).toMatchObject({
      admitted: true,
      states: [{ remaining: 0 }],
    });
  });

  it("follows an override of the points on the next call", async () => {
    const { limiter } = clocked();
    await limiter.take([limit({ cost: 3 })]);
    expect((await limiter.take([limit()])).admitted).toBe(false);
    expect((await limiter.take([limit({ points: 4 })])).admitted).toBe(true);
  });

  it("holds a process's share, and never less than one call, as insurance", async () => {
    const { limiter } = clocked({ processes: 4 });
    for (const expected of [true, true, false]) {
      expect((await limiter.take([limit({ points: 11 })])).admitted).toBe(expected);
    }
    const dear = limit({ name: "batch", points: 11, cost: 5 });
    expect((await limiter.take([dear])).admitted).toBe(true);
    expect((await limiter.take([dear])).admitted).toBe(false);
    expect((await limiter.take([limit({ name: "none", points: 0 })])).admitted).toBe(false);
  });

  it("keeps no more in memory than it was allowed, and drops what is idle", async () => {
    const { clock, limiter } = clocked({ maxIdentities: 100 });
    for (let n = 0; n < 1000; n += 1) await limiter.take([limit({ subject: `address:${n}` })]);
    expect(limiter.status().identities).toBe(100);
    expect((await limiter.peek([limit({ subject: "address:999" })]))[0]?.remaining).toBe(2);
    clock.nowMs += 61_000;
    for (let n = 0; n < 60; n += 1) await limiter.take([limit({ subject: "address:0", points: 60 })]);
    expect(limiter.status().identities).toBe(1);
  });

  it("does not bring old uses back to life when the clock goes back", async () => {
    const { clock, limiter } = clocked();
    await limiter.take([limit({ cost: 3 })]);
    clock.nowMs -= 30_000;
    expect((await limiter.take([limit()])).admitted).toBe(false);
    clock.nowMs += 30_000 + 61_000;
    expect((await limiter.take([limit({ cost: 3 })])).admitted).toBe(true);
  });

  it("refuses to decide limits that are not one call", async () => {
    const { limiter } = clocked();
    await expect(limiter.take([limit(), limit({ name: "b", subject: "account:b" })])).rejects.toThrow(
      /one subject/,
    );
    await expect(limiter.take([limit(), limit()])).rejects.toThrow(/twice/);
    await expect(limiter.take([limit({ points: 1.5 })])).rejects.toThrow(/whole/);
    await expect(limiter.take([limit({ cost: -1 })])).rejects.toThrow(/whole/);
    expect(await limiter.take([])).toEqual({ admitted: true, states: [] });
  });
});
