/**
 * Mends the PostgreSQL driver (postgres 3.4.9) as it is loaded; import this before anything that uses it. When
 * a connection is lost, the driver keeps what it was about to write and a timer that never fires, so that each
 * later try on that place in the pool ends in CONNECT_TIMEOUT; and a transaction that was open goes on, with a
 * socket that is gone or, worse, outside of any transaction on the connection that took its place.
 */
import { registerHooks } from "node:module";

type Mend = { readonly from: string; readonly to: string; readonly times: number };

const mends: Record<string, readonly Mend[]> = {
  "/postgres/src/connection.js": [
    {
      from: "\n    clearImmediate(nextWriteTimer)\n",
      to: "\n    clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null\n",
      times: 2,
    },
    {
      from: "    if (stream)\n      return queryError(",
      to: "    if (!socket)\n      return queryError(q, Errors.connection('CONNECTION_CLOSED', options)), true\n\n    if (stream)\n      return queryError(",
      times: 1,
    },
  ],
  "/postgres/src/index.js": [
    {
      from: "      , prepare = null\n\n    try {",
      to: "      , prepare = null\n      , lost = null\n\n    try {",
      times: 1,
    },
    {
      from: "connection.onclose = reject)",
      to: "connection.onclose = e => reject(lost = e))",
      times: 1,
    },
    {
      from: "        c.queue === full\n          ? queries.push(q)",
      to: "        if (lost)\n          return q.reject(lost)\n        c.queue === full\n          ? queries.push(q)",
      times: 1,
    },
  ],
};

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const mine = Object.entries(mends).find(([file]) => url.endsWith(file))?.[1];
    if (!mine || !loaded.source) return loaded;
    const text = typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source);
    return { ...loaded, source: mine.reduce(mended, text) };
  },
});

function mended(text: string, { from, to, times }: Mend): string {
  const parts = text.split(from);
  if (parts.length !== times + 1) throw new Error("The PostgreSQL driver is another than was mended.");
  return parts.join(to);
}
