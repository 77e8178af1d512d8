import { type Scope, scopes } from "#server/operations.ts";

function isScope(name: string): name is Scope {
  return Object.hasOwn(scopes, name);
}

/** In the table's order. */
export const scopeNames = Object.keys(scopes).filter(isScope);
