const quickMilliseconds = 5_000;
/** Looking is a call too: it may use up this part of the limit. */
const lookingShare = 0.2;

/** For `refetchInterval`: how soon to look at the limits again. */
export function watchPace(
  limits: readonly { name: string; limit: number; windowSeconds: number }[],
): number | false {
  const own = limits.find(({ name }) => name === "account");
  if (!own || own.limit === 0) return false;
  return Math.max(quickMilliseconds, (own.windowSeconds * 1000) / (own.limit * lookingShare));
}
