import { operationWords } from "../../_components/operation-words.ts";

export type Receipt = {
  id: string;
  operation: string;
  credentialKind: string;
  credentialId: string;
  credentialName: string | null;
  query: string | null;
  outcome: "answered" | "empty";
  hitCount: number;
  creditsCharged: number;
  durationMs: number;
  createdAt: string;
};

/** What was asked; for work without a question, what was done. */
export function receiptTitle({ query, operation }: Pick<Receipt, "query" | "operation">): string {
  return query ?? operationWords(operation);
}

/** Who asked. */
export function credentialWords(by: Pick<Receipt, "credentialKind" | "credentialName">): string {
  if (by.credentialKind === "session") return "This dashboard";
  if (by.credentialName !== null) return by.credentialName;
  return by.credentialKind === "connection" ? "A disconnected app" : "A revoked key";
}
