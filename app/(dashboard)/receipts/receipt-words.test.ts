import { expect, test } from "vitest";
import { operationWords } from "../../_components/operation-words.ts";
import { credentialWords } from "./receipt-words.ts";

const keys = [{ id: "k1", name: "Claude" }];
const by = (credentialKind: string, credentialId: string) => ({ credentialKind, credentialId });

test("who asked", () => {
  expect(credentialWords(by("apiKey", "k1"), keys)).toBe("Claude");
  expect(credentialWords(by("apiKey", "k2"), keys)).toBe("A revoked key");
  expect(credentialWords(by("apiKey", "k1"), null)).toBe("A key");
  expect(credentialWords(by("session", "s"), keys)).toBe("This dashboard");
  expect(credentialWords(by("connection", "c"), keys)).toBe("A connected app");
});

test("what was done", () => {
  expect(operationWords("documents.create")).toBe("Add a document as text");
  expect(operationWords("documents.ingest")).toBe("Read a document that you added");
  expect(operationWords("retired.operation")).toBe("retired.operation");
});
