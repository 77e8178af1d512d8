import type { Scope } from "#server/operations.ts";

/** The scopes to somebody who never read of one. */
export const scopeWords: Record<Scope, { label: string; description: string }> = {
  "mcp:query": {
    label: "Search the datasets you choose",
    description: "And read the passages that match. Each search costs credits.",
  },
  "mcp:tools": {
    label: "Use every tool to read",
    description: "Search, list and read whole documents, see your credits, limits and receipts.",
  },
  "mcp:create": {
    label: "Make changes",
    description: "Create, change and delete datasets and documents.",
  },
};
