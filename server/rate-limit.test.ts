import { describe, expect, it } from "vitest";
import { getRateLimiter, rateLimitHeaders } from "./rate-limit.ts";

const wide = { name: "apiKey", points: 1000, windowSeconds: 3600, remaining: 950, resetSeconds: 30 };
const narrow = {
  name: "embeddings.batch",
  points: 200,
  windowSeconds: 3600,
  remaining: 20,
  resetSeconds: 12,
};

describe("rateLimitHeaders", () => {
  it("speaks of the limit with the least share left, and of all in the draft's fields", () => {
    expect(rateLimitHeaders([wide, narrow], 1_800_000_000_500)).toEqual({
      "X-RateLimit-Limit": "200",
      "X-RateLimit-Remaining": "20",
      "X-RateLimit-Reset": "1800000013",
      "RateLimit-Policy": '"apiKey";q=1000;w=3600, "embeddings.batch";q=200;w=3600',
      RateLimit: '"apiKey";r=950;t=30, "embeddings.batch";r=20;t=12',
    });
  });

  it("speaks of the limit that refused when it is told which", () => {
    expect(rateLimitHeaders([wide, narrow], 0, wide)).toMatchObject({ "X-RateLimit-Limit": "1000" });
  });

  it("counts a limit of nothing as used up, and says nothing without limits", () => {
    const none = { ...wide, name: "none", points: 0, remaining: 0 };
    expect(rateLimitHeaders([narrow, none], 0)).toMatchObject({ "X-RateLimit-Limit": "0" });
    expect(rateLimitHeaders([], 0)).toEqual({});
  });

  it("lets no name break out of its field", () => {
    const odd = { ...wide, name: 'a"b\\c\r\nX: é' };
    expect(rateLimitHeaders([odd], 0).RateLimit).toBe('"a\\"b\\\\cX: ";r=950;t=30');
  });
});

it("is one limiter for the whole process", () => {
  expect(getRateLimiter()).toBe(getRateLimiter());
  expect(getRateLimiter().status().store).toBe("memory");
});
