/**
 * The limiter's oracle: an exact log of what was admitted. Whatever it finds too much in a closed window must
 * have been refused; what it finds room for in a window 1/60 longer must have been admitted. Random calls
 * are played against a limiter under a clock of their own, and each Retry-After is tried to the second.
 */

import { expect } from "vitest";
import type { Decision, Limit } from "#server/rate-limit-window.ts";
import { fc } from "./property.ts";

type Step = {
  readonly advance: number;
  readonly picks: readonly boolean[];
  readonly cost: number;
  readonly afterwards: "go on" | "wait enough" | "wait too little";
};
type Scenario = {
  readonly startMs: number;
  readonly limits: readonly Pick<Limit, "points" | "windowSeconds">[];
  readonly steps: readonly Step[];
};

/** Short windows and few points, so that calls crowd at the edges of limits and buckets. */
export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  startMs: fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }),
  limits: fc.array(
    fc.record({ points: fc.integer({ min: 0, max: 12 }), windowSeconds: fc.constantFrom(1, 2, 7, 60, 3600) }),
    { minLength: 3, maxLength: 3 },
  ),
  steps: fc.array(
    fc.record({
      /** Part of the first limit's window that passes before. */
      advance: fc.oneof(
        fc.constant(0),
        fc.constantFrom(1 / 60, 1, 61 / 60),
        fc.double({ min: 0, max: 0.1, noNaN: true }),
        fc.double({ min: 0, max: 1.2, noNaN: true }),
      ),
      picks: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
      cost: fc.constantFrom(0, 1, 1, 1, 2, 5),
      afterwards: fc.constantFrom("go on", "go on", "wait enough", "wait too little"),
    }),
    { minLength: 60, maxLength: 150 },
  ),
});

/** @returns how many calls were decided */
export async function playAgainstOracle(
  scenario: Scenario,
  subject: string,
  take: (limits: readonly Limit[], nowMs: number) => Promise<Decision>,
): Promise<number> {
  const log = new Map<string, { atMs: number; cost: number }[]>();
  const used = (limit: Limit, sinceMs: number) =>
    (log.get(limit.name) ?? []).reduce((sum, use) => (use.atMs >= sinceMs ? sum + use.cost : sum), 0);
  const overdrawn = (limit: Limit, windowMs: number) =>
    limit.cost > 0 && used(limit, nowMs - windowMs) + limit.cost > limit.points;
  let nowMs = scenario.startMs;
  let calls = 0;

  async function call(limits: readonly Limit[]): Promise<Decision> {
    const decision = await take(limits, nowMs);
    calls += 1;
    const tooMuch = limits.some((limit) => overdrawn(limit, limit.windowSeconds * 1000));
    const room = !limits.some((limit) => overdrawn(limit, Math.ceil((limit.windowSeconds * 61_000) / 60)));
    if (tooMuch) expect(decision.admitted, "more than the limit in a window").toBe(false);
    if (room) expect(decision.admitted, "refused what fits").toBe(true);
    if (!decision.admitted) return decision;
    for (const limit of limits) {
      log.set(limit.name, [...(log.get(limit.name) ?? []), { atMs: nowMs, cost: limit.cost }]);
    }
    for (const [position, limit] of limits.entries()) {
      const left = limit.points - used(limit, nowMs - limit.windowSeconds * 1000);
      expect(decision.states[position]?.remaining).toBeLessThanOrEqual(Math.max(0, left));
    }
    return decision;
  }

  for (const step of scenario.steps) {
    nowMs += Math.round(step.advance * 1000 * (scenario.limits[0]?.windowSeconds ?? 1));
    const limits = scenario.limits
      .map((limit, position) => ({ ...limit, name: `limit${position}`, subject, cost: step.cost }))
      .filter((_, position) => step.picks[position]);
    const decision = await call(limits);
    if (decision.admitted) continue;
    if (decision.beyondLimit) {
      expect(limits.some((limit) => limit.cost > limit.points)).toBe(true);
    } else if (step.afterwards === "wait enough") {
      nowMs += decision.retryAfterSeconds * 1000;
      expect((await call(limits)).admitted, "waited Retry-After").toBe(true);
    } else if (step.afterwards === "wait too little") {
      nowMs += (decision.retryAfterSeconds - 1) * 1000;
      expect((await call(limits)).admitted, "waited a second less").toBe(false);
    }
  }
  return calls;
}
