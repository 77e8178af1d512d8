/** Words for numbers and times. One locale, so that server and browser write the same. */
const whole = new Intl.NumberFormat("en");
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "long" });

export function formatNumber(value: number): string {
  return whole.format(value);
}

export function count(value: number, one: string, many = `${one}s`): string {
  return `${formatNumber(value)} ${value === 1 ? one : many}`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** `priceCents` in hundredths; the currency by ISO 4217. */
export function formatMoney({ priceCents, currency }: { priceCents: number; currency: string }): string {
  return new Intl.NumberFormat("en", { style: "currency", currency }).format(priceCents / 100);
}

const units = [
  { unit: "day", seconds: 24 * 3600 },
  { unit: "hour", seconds: 3600 },
  { unit: "minute", seconds: 60 },
] as const;

/** "3 hours ago"; null when the date itself says more. */
export function formatRelative(time: Date, now: Date): string | null {
  const seconds = Math.round((time.getTime() - now.getTime()) / 1000);
  if (Math.abs(seconds) < 60) return seconds > 0 ? "in a moment" : "just now";
  if (Math.abs(seconds) > 30 * 24 * 3600) return null;
  const { unit, seconds: size } = units.find((step) => Math.abs(seconds) >= step.seconds) ?? units[2];
  return relative.format(Math.round(seconds / size), unit);
}

/** "hour", "2 hours": for "in any …". */
export function formatWindow(seconds: number): string {
  return formatDuration(seconds).replace(/^1 /, "");
}

/** "under a minute", "42 minutes". */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return "under a minute";
  if (seconds < 3600) return count(Math.round(seconds / 60), "minute");
  return count(Math.round(seconds / 3600), "hour");
}
