import { expect, test } from "vitest";
import { operationWords } from "../../_components/operation-words.ts";
import { credentialWords } from "./receipt-words.ts";

const by = (credentialKind: string, credentialName: string | null = null) => ({
  credentialKind,
  credentialName,
});

test("who asked", () => {
  expect(credentialWords(by("apiKey", "Claude"))).toBe("Claude");
  expect(credentialWords(by("apiKey"))).toBe("A revoked key");
  expect(credentialWords(by("session"))).toBe("This dashboard");
  expect(credentialWords(by("connection", "ChatGPT"))).toBe("ChatGPT");
  expect(credentialWords(by("connection"))).toBe("A disconnected app");
});

test("what was done", () => {
  expect(operationWords("documents.create")).toBe("Add a document as text, or a page by its address");
  expect(operationWords("documents.ingest")).toBe("Read a document that you added");
  expect(operationWords("retired.operation")).toBe("retired.operation");
});
