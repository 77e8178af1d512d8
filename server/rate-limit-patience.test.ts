import { describe, expect, it } from "vitest";
import { Patience, SHORT_MS, WHOLE_MS } from "./rate-limit-patience.ts";
import { fc } from "./testing/property.ts";

/** What the design promises of a request, less what the timers of a busy process may add. */
const PROMISED_MS = 50;

describe("the patience with Redis", () => {
  it("lets no request of three calls wait longer than promised, however many run at once", () => {
    const requests = fc.array(
      fc.record({
        startMs: fc.integer({ min: 0, max: 3000 }),
        /** Work between the calls. */
        gaps: fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 300 })),
        answers: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(requests, (all) => {
        const patience = new Patience();
        const waited = all.map(() => 0);
        const events = all.map(({ startMs }, request) => ({ atMs: startMs, request, call: 0, waitMs: -1 }));
        while (events.length > 0) {
          events.sort((a, b) => a.atMs - b.atMs);
          const event = events.shift();
          const request = all[event?.request ?? 0];
          if (!event || !request) break;
          if (event.waitMs < 0) {
            const waitMs = patience.msAt(event.atMs);
            const answered = request.answers[event.call] === true || waitMs === 0;
            events.push({
              ...event,
              waitMs: answered ? 0 : waitMs,
              atMs: event.atMs + (answered ? 0 : waitMs),
            });
            continue;
          }
          if (event.waitMs > 0) patience.waitedInVain(event.waitMs, event.atMs);
          else patience.answered();
          waited[event.request] = (waited[event.request] ?? 0) + event.waitMs;
          const gapMs = request.gaps[event.call];
          if (gapMs !== undefined) {
            events.push({ ...event, call: event.call + 1, atMs: event.atMs + gapMs, waitMs: -1 });
          }
        }
        expect(Math.max(...waited)).toBeLessThanOrEqual(WHOLE_MS + 2 * SHORT_MS);
        expect(Math.max(...waited)).toBeLessThan(PROMISED_MS);
      }),
      { numRuns: 500 },
    );
  });

  it("is whole again a second after a vain wait, also when short ones were in vain meanwhile", () => {
    const patience = new Patience();
    patience.waitedInVain(WHOLE_MS, 0);
    expect(patience.msAt(1)).toBe(SHORT_MS);
    patience.waitedInVain(SHORT_MS, 990);
    expect(patience.msAt(1000)).toBe(WHOLE_MS);
  });

  it("leaves a Redis alone that was vainly waited for five times in a row", () => {
    const patience = new Patience();
    for (let n = 0; n < 4; n += 1) patience.waitedInVain(SHORT_MS, n);
    patience.answered();
    for (let n = 0; n < 4; n += 1) patience.waitedInVain(SHORT_MS, 10 + n);
    expect(patience.msAt(20)).toBeGreaterThan(0);
    patience.waitedInVain(SHORT_MS, 20);
    expect(patience.msAt(269)).toBe(0);
    expect(patience.msAt(270)).toBeGreaterThan(0);
  });
});
