import { operationWords } from "../../_components/operation-words.ts";

export type Receipt = {
  id: string;
  operation: string;
  credentialKind: string;
  credentialId: string;
  query: string | null;
  hitCount: number;
  creditsCharged: number;
  durationMs: number;
  createdAt: string;
};

/** What was asked; for work without a question, what was done. */
export function receiptTitle({ query, operation }: Receipt): string {
  return query ?? operationWords(operation);
}

/** Who asked. `keys` null: not known yet. */
export function credentialWords(
  receipt: Pick<Receipt, "credentialKind" | "credentialId">,
  keys: readonly { id: string; name: string }[] | null,
): string {
  if (receipt.credentialKind === "session") return "This dashboard";
  if (receipt.credentialKind === "connection") return "A connected app";
  const key = keys?.find(({ id }) => id === receipt.credentialId);
  if (key) return key.name;
  return keys ? "A revoked key" : "A key";
}
