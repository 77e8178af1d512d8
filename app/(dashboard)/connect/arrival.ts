/** Tells from two looks at the connections whether an app has come since. */

type Seen = { id: string; lastUsedAt: string | null; client: { name: string } };

export type Arrival =
  | { state: "waiting" }
  | { state: "allowed"; name: string }
  | { state: "called"; name: string };

export function arrivalSince(before: readonly Seen[], now: readonly Seen[]): Arrival {
  const changed = now.filter(
    ({ id, lastUsedAt }) => before.find((known) => known.id === id)?.lastUsedAt !== lastUsedAt,
  );
  const caller = changed.find(({ lastUsedAt }) => lastUsedAt !== null);
  if (caller) return { state: "called", name: caller.client.name };
  const [allowed] = changed;
  return allowed ? { state: "allowed", name: allowed.client.name } : { state: "waiting" };
}
