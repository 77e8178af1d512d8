import { expect, test } from "vitest";
import { operationsOf } from "./operation.ts";

const openApi = {
  paths: {
    "/boxes/{boxId}": {
      post: {
        operationId: "boxes.fill",
        tags: ["boxes"],
        summary: "Fill a box",
        security: [{ apiKey: [] }, { session: [] }],
        parameters: [{ name: "boxId", in: "path", required: true, schema: { type: "string" } }],
        requestBody: {
          content: {
            "application/json": {
              schema: {
                type: "object",
                required: ["items", "size"],
                properties: {
                  size: { type: "integer", default: 3 },
                  note: { anyOf: [{ type: "string" }, { type: "null" }], description: "Why" },
                  items: { type: "array", items: { $ref: "#/components/schemas/Item" } },
                },
              },
            },
          },
        },
        responses: {
          200: {
            description: "Done",
            content: { "application/json": { schema: { $ref: "#/components/schemas/Item" } } },
          },
          404: { description: "Not found" },
        },
      },
    },
  },
  components: {
    schemas: {
      Item: {
        type: "object",
        required: ["id"],
        properties: { id: { type: "string" }, kind: { enum: ["a", "b"] } },
      },
    },
  },
};

test("an operation with its fields, references looked up, and a body to begin with", () => {
  const [operation] = operationsOf(openApi);
  expect(operation).toMatchObject({
    method: "POST",
    path: "/boxes/{boxId}",
    access: "key",
    parameters: [{ name: "boxId", in: "path", required: true, type: "string" }],
  });
  expect(operation?.body?.fields.map(({ name, type, required }) => [name, type, required])).toEqual([
    ["size", "integer", true],
    ["note", "string or null", false],
    ["items", "list of object", true],
    ["items[].id", "string", true],
    ["items[].kind", '"a" or "b"', false],
  ]);
  expect(JSON.parse(operation?.body?.example ?? "")).toEqual({ items: [{ id: "" }], size: 3 });
  expect(operation?.responses.map(({ status, fields }) => [status, fields.length])).toEqual([
    ["200", 2],
    ["404", 0],
  ]);
});
