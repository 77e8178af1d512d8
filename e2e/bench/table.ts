/** The bench's results as text. */
import type { Measured } from "./generator.ts";

export type Row = {
  readonly id: string;
  readonly title: string;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
};

export function summarize(id: string, title: string, rounds: readonly Measured[]): Row {
  const of = (field: "perSecond" | "p50" | "p99") => median(rounds.map((round) => round[field]));
  return { id, title, perSecond: of("perSecond"), p50: of("p50"), p99: of("p99") };
}

export function formatTable(rows: readonly Row[]): string {
  const cells = [
    ["", "", "calls/s", "p50 ms", "p99 ms"],
    ...rows.map(({ id, title, perSecond, p50, p99 }) => [
      id,
      title,
      perSecond.toFixed(0),
      milliseconds(p50),
      milliseconds(p99),
    ]),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells
    .map((line) =>
      line
        .map((cell, column) =>
          column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  "),
    )
    .join("\n");
}

/** What stays in memory takes microseconds. */
function milliseconds(value: number): string {
  return value.toFixed(value < 0.1 ? 4 : 2);
}

type Ratio = { readonly of: string; readonly to: string; readonly means: string; readonly aim?: number };

export function formatRatios(rows: readonly Row[], ratios: readonly Ratio[]): string {
  const rate = (id: string) => rows.find((row) => row.id === id)?.perSecond;
  return ratios
    .flatMap(({ of, to, means, aim }) => {
      const above = rate(of);
      const below = rate(to);
      if (above === undefined || below === undefined) return [];
      const ratio = above / below;
      const verdict =
        aim === undefined ? "" : ` (aim ≥ ${aim.toFixed(2)}: ${ratio >= aim ? "met" : "missed"})`;
      return [`${`${of}/${to}`.padEnd(6)} ${ratio.toFixed(2).padStart(6)}  ${means}${verdict}`];
    })
    .join("\n");
}

type Costs = {
  readonly roundTrips: { readonly calls: number; readonly postgres: number; readonly redis: number } | null;
  readonly bytes: Record<"redis" | "memory", { readonly fresh: number; readonly full: number }> | null;
  /** Milliseconds. */
  readonly firstCalls: readonly number[] | null;
};

const chainAimMs = 1.5;
const firstCallAimMs = 100;
const longListAimMs = 50;
const roundTripAims = { postgres: 2, redis: 1 };
/** What the process does besides the calls that are counted. */
const roundTripTolerance = 0.1;

/** What is no ratio of two rows. */
export function formatCosts(rows: readonly Row[], { roundTrips, bytes, firstCalls }: Costs): string {
  const lines: string[] = [];
  const verdict = (met: boolean) => (met ? "met" : "missed");
  const [chainP50, longListP50] = ["h1", "m1"].map((of) => rows.find(({ id }) => id === of)?.p50);
  if (chainP50 !== undefined) {
    lines.push(
      `The chain by itself: p50 ${milliseconds(chainP50)} ms (aim < ${chainAimMs}: ${verdict(chainP50 < chainAimMs)})`,
    );
  }
  if (roundTrips) {
    const told = (["postgres", "redis"] as const).map((server) => {
      const met = roundTrips[server] <= roundTripAims[server] + roundTripTolerance;
      return `${roundTrips[server].toFixed(2)} to ${server} (aim ${roundTripAims[server]}: ${verdict(met)})`;
    });
    lines.push(
      `Round trips of a priced call besides the handler's: ${told.join(", ")}, over ${roundTrips.calls} calls`,
    );
  }
  if (longListP50 !== undefined) {
    const met = verdict(longListP50 < longListAimMs);
    lines.push(
      `tools/list of 200 endpoints: p50 ${milliseconds(longListP50)} ms (aim < ${longListAimMs}: ${met})`,
    );
  }
  if (firstCalls) {
    const worst = Math.max(...firstCalls);
    const told = `median ${milliseconds(median(firstCalls))} ms, worst ${milliseconds(worst)} ms of ${firstCalls.length}`;
    const met = verdict(worst < firstCallAimMs);
    lines.push(
      `The first call after connecting, to a new process: ${told} (aim < ${firstCallAimMs}: ${met})`,
    );
  }
  for (const [store, { fresh, full }] of Object.entries(bytes ?? {})) {
    lines.push(
      `Bytes for one limit of an identity, ${store}: ${fresh.toFixed(0)} after one call, ${full.toFixed(0)} with every bucket in use`,
    );
  }
  return lines.join("\n");
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
