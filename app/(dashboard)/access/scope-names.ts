import { type Scope, scopes } from "#server/operations.ts";

function isScope(name: string): name is Scope {
  return Object.hasOwn(scopes, name);
}

/** In the table's order. */
export const scopeNames = Object.keys(scopes).filter(isScope);

const notes: Record<Scope, string> = {
  "mcp:query": "Searches",
  "mcp:tools": "Reads with every tool",
  "mcp:create": "Makes changes",
};

export function scopesText(held: readonly Scope[]): string {
  return held.map((scope) => notes[scope]).join(" · ");
}
