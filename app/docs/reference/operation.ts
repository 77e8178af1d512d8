/**
 * What the reference shows of one operation, taken from the OpenAPI document: small enough to be handed to
 * the browser, and with every $ref looked up.
 */
import { z } from "zod";

type Json = Record<string, unknown>;

export type Field = {
  /** Nested ones with dots, items of a list with []. */
  name: string;
  type: string;
  required: boolean;
  description: string;
};

export type ReferenceOperation = {
  id: string;
  tag: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  /** Without one, with a key or token, or in the dashboard only. */
  access: "anyone" | "key" | "dashboard";
  parameters: (Field & { in: "path" | "query"; example: string })[];
  body: { type: string; fields: Field[]; example: string } | null;
  responses: { status: string; description: string; fields: Field[] }[];
};

const deepest = 4;

const parameterSchema = z.looseObject({
  name: z.string(),
  in: z.enum(["path", "query"]),
  required: z.boolean().optional(),
  description: z.string().optional(),
  schema: z.looseObject({}).optional(),
});
const contentSchema = z.record(z.string(), z.looseObject({ schema: z.looseObject({}).optional() }));
const operationSchema = z.looseObject({
  operationId: z.string(),
  tags: z.array(z.string()).default([]),
  summary: z.string().default(""),
  description: z.string().default(""),
  security: z.array(z.record(z.string(), z.unknown())).default([]),
  parameters: z.array(parameterSchema).default([]),
  requestBody: z.looseObject({ content: contentSchema.default({}) }).optional(),
  responses: z.record(
    z.string(),
    z.looseObject({ description: z.string().default(""), content: contentSchema.optional() }),
  ),
});
const documentSchema = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({})).default({}) }),
});

/** In the document's order. @throws ZodError for what is no OpenAPI document */
export function operationsOf(openApi: unknown): ReferenceOperation[] {
  const { paths, components } = documentSchema.parse(openApi);
  const look = lookIn(components.schemas);
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, value]) =>
      toOperation(method, path, operationSchema.parse(value), look),
    ),
  );
}

type Look = (schema: Json) => Json;

function lookIn(schemas: Record<string, Json>): Look {
  return (schema) => {
    const name = typeof schema.$ref === "string" ? schema.$ref.split("/").at(-1) : undefined;
    return name ? { ...schemas[name], ...schema } : schema;
  };
}

function toOperation(
  method: string,
  path: string,
  operation: z.output<typeof operationSchema>,
  look: Look,
): ReferenceOperation {
  const { security } = operation;
  const [content] = Object.entries(operation.requestBody?.content ?? {});
  const bodySchema = content?.[1].schema;
  return {
    id: operation.operationId,
    tag: operation.tags[0] ?? operation.operationId,
    method: method.toUpperCase(),
    path,
    summary: operation.summary,
    description: operation.description,
    access: security.some((one) => Object.keys(one).length === 0)
      ? "anyone"
      : security.some((one) => !("session" in one))
        ? "key"
        : "dashboard",
    parameters: operation.parameters.map(
      ({ name, in: place, required = false, description, schema = {} }) => ({
        name,
        in: place,
        required,
        type: typeOf(look(schema), look),
        description: description ?? String(look(schema).description ?? ""),
        example: schema.default === undefined ? "" : String(schema.default),
      }),
    ),
    body:
      content && bodySchema
        ? {
            type: content[0],
            fields: fieldsOf(bodySchema, look),
            example: JSON.stringify(exampleOf(look(bodySchema), look, true), null, 2),
          }
        : null,
    responses: Object.entries(operation.responses).map(([status, { description, content: answers = {} }]) => {
      const answer = Object.values(answers)[0]?.schema;
      return { status, description, fields: answer && status < "300" ? fieldsOf(answer, look) : [] };
    }),
  };
}

/** One a property, those of objects and lists below them, down to a bound. */
function fieldsOf(schema: Json, look: Look, prefix = "", depth = 0): Field[] {
  const whole = look(schema);
  if (depth > deepest) return [];
  if (isRecord(whole.items)) return fieldsOf(whole.items, look, prefix ? `${prefix}[]` : "[]", depth + 1);
  const properties = isRecord(whole.properties) ? whole.properties : {};
  const required: unknown[] = Array.isArray(whole.required) ? whole.required : [];
  return Object.entries(properties).flatMap(([name, value]) => {
    const property = isRecord(value) ? look(value) : {};
    const path = prefix ? `${prefix}.${name}` : name;
    return [
      {
        name: path,
        type: typeOf(property, look),
        required: required.includes(name),
        description: String(property.description ?? ""),
      },
      ...alternativesOf(property).flatMap((one) => fieldsOf(one, look, path, depth + 1)),
    ];
  });
}

function alternativesOf(schema: Json): Json[] {
  const alternatives = schema.anyOf ?? schema.oneOf;
  return Array.isArray(alternatives) ? alternatives.filter(isRecord) : [schema];
}

function typeOf(schema: Json, look: Look): string {
  const alternatives = alternativesOf(schema);
  if (alternatives.length > 1 || alternatives[0] !== schema) {
    return [...new Set(alternatives.map((one) => typeOf(look(one), look)))].join(" or ");
  }
  if (Array.isArray(schema.enum)) return schema.enum.map((one) => JSON.stringify(one)).join(" or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === "array" && isRecord(schema.items)) return `list of ${typeOf(look(schema.items), look)}`;
  if (Array.isArray(schema.type)) return schema.type.join(" or ");
  return typeof schema.type === "string" ? schema.type : "any";
}

/** A body to begin with: what must be there, with defaults where they are told. */
function exampleOf(schema: Json, look: Look, top = false): unknown {
  if (schema.default !== undefined) return schema.default;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const [first = schema] = alternativesOf(schema);
  if (first !== schema) return exampleOf(look(first), look);
  if (isRecord(schema.properties)) {
    const required: unknown[] = Array.isArray(schema.required) ? schema.required : [];
    const shown = Object.entries(schema.properties).filter(([name]) => required.includes(name));
    return Object.fromEntries(
      shown.map(([name, value]) => [name, isRecord(value) ? exampleOf(look(value), look) : null]),
    );
  }
  if (schema.type === "array")
    return top || !isRecord(schema.items) ? [] : [exampleOf(look(schema.items), look)];
  if (schema.type === "integer" || schema.type === "number") return Number(schema.minimum ?? 1);
  if (schema.type === "boolean") return false;
  return schema.type === "string" ? "" : {};
}

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
