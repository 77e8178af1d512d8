import { expect, test } from "vitest";
import { z } from "zod";
import { catalog } from "../catalog.ts";
import { openApiDocument } from "./openapi.ts";

const documentSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), z.looseObject({}))) });

test("every operation of the table is in the document, and the document is JSON", () => {
  const { paths } = documentSchema.parse(JSON.parse(JSON.stringify(openApiDocument())));
  for (const { row } of catalog) expect(paths[row.rest.path]).toHaveProperty(row.rest.method.toLowerCase());
});
