/** OpenAPI 3.1 of every operation, derived from the table and the zod schemas. */
import { z } from "zod";
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from "zod-openapi";
import { env } from "#env";
import packageJson from "../../package.json" with { type: "json" };
import { type CatalogEntry, catalog } from "../catalog.ts";
import { refusals } from "../errors.ts";
import { type Operation, scopes } from "../operations.ts";
import { extraWords, plainPriceWords, priceFields } from "../price.ts";
import { isStructured } from "./input.ts";

const problemSchema = z
  .object({
    detail: z.string().describe("What is wrong, in words"),
    code: z.enum(Object.keys(refusals) as [string, ...string[]]).describe("Stable, for machines"),
    hint: z.string().describe("What to do about it"),
  })
  .catchall(z.unknown())
  .meta({ id: "Problem" });

const validationSchema = problemSchema
  .extend({ detail: z.array(z.object({ type: z.string(), loc: z.array(z.string()), msg: z.string() })) })
  .meta({ id: "HTTPValidationError" });

let made: ReturnType<typeof createDocument> | undefined;

export function openApiDocument() {
  made ??= makeDocument();
  return made;
}

function makeDocument() {
  const document = createDocument(
    {
      openapi: "3.1.0",
      info: {
        title: "FLTR",
        version: packageJson.version,
        description:
          "Search documents with an API key, within limits and for credits. Every answer tells where you stand in X-RateLimit-* and, when priced, X-Credits-*.",
      },
      servers: [{ url: `${env.appUrl}/api/v1` }],
      components: {
        securitySchemes: securitySchemes(),
      },
      paths: paths(),
    },
    {
      override: ({ jsonSchema, zodSchema }) => {
        if (zodSchema instanceof z.ZodCustom) Object.assign(jsonSchema, { type: "string", format: "binary" });
      },
    },
  );
  const reads = Object.values(document.paths ?? {}).flatMap(({ get }) => get?.parameters ?? []);
  for (const parameter of reads) asJsonText(parameter);
  return document;
}

/** In a query string what has fields of its own is JSON. */
function asJsonText(parameter: object): void {
  if (!("schema" in parameter) || typeof parameter.schema !== "object" || parameter.schema === null) return;
  const { schema } = parameter;
  if (!isStructured(schema)) return;
  delete parameter.schema;
  Object.assign(parameter, { content: { "application/json": { schema } } });
}

function securitySchemes() {
  const auth = `${env.appUrl}/api/auth/oauth2`;
  const login = `${env.appUrl}/api/v1/auth/jwt`;
  return {
    APIKeyHeader: { type: "apiKey", in: "header", name: "X-API-Key" },
    OAuth2AuthorizationCode: {
      type: "oauth2",
      description: "A connected app: what its user granted",
      flows: {
        authorizationCode: {
          authorizationUrl: `${auth}/authorize`,
          tokenUrl: `${auth}/token`,
          refreshUrl: `${auth}/token`,
          scopes,
        },
      },
    },
    OAuth2PasswordBearer: {
      type: "oauth2",
      description: "A login: all of its user's rights",
      flows: { password: { tokenUrl: `${login}/login`, refreshUrl: `${login}/refresh`, scopes: {} } },
    },
    session: { type: "apiKey", in: "cookie", name: "fltr.session_token" },
  } as const;
}

function paths(): ZodOpenApiPathsObject {
  const found: ZodOpenApiPathsObject = {};
  const byRoute = Map.groupBy(catalog, ({ row }) => `${row.rest.method} ${row.rest.path}`);
  for (const [first, ...others] of byRoute.values()) {
    if (!first) continue;
    const { path, method } = first.row.rest;
    const operation = operationObject(first);
    for (const other of others) {
      // The same path told apart by the body's type: one operation in OpenAPI, with both bodies.
      operation.requestBody = { content: { ...operation.requestBody?.content, ...bodyOf(other) } };
    }
    found[path] = { ...found[path], [method.toLowerCase()]: operation };
  }
  return found;
}

function operationObject(entry: CatalogEntry): ZodOpenApiOperationObject {
  const { row, id } = entry;
  const { method, status } = row.rest;
  const reads = method === "GET" || method === "DELETE";
  const { inPath, rest } = inputOf(entry);
  const asJson = (schema: z.ZodType) => ({ content: { "application/json": { schema } } });
  return {
    operationId: id,
    summary: row.summary,
    tags: [id.split(".")[0] ?? id],
    security: securityOf(entry),
    description: [
      row.scope ? `Scope: \`${row.scope}\`.` : "",
      row.role ? "For admins." : "",
      priceSentence(row),
    ]
      .filter(Boolean)
      .join(" "),
    ...(row.priceCredits > 0 && { "x-price": priceFields(row) }),
    requestParams: {
      path: inPath,
      ...(reads ? { query: rest } : {}),
    },
    ...(reads ? {} : { requestBody: { required: true, content: bodyOf(entry) } }),
    responses: {
      [status]:
        status === 204 ? { description: "Done" } : { description: row.summary, ...asJson(entry.output) },
      ...Object.fromEntries(
        refusalStatuses(entry).map(([code, description]) => [
          code,
          { description, ...asJson(code === "422" ? validationSchema : problemSchema) },
        ]),
      ),
    },
  };
}

function priceSentence(row: Operation): string {
  if (row.priceCredits === 0) return "Free.";
  const { meter, perItem } = row;
  const of = meter ? ` of ${perItem ? "each of " : ""}\`${meter.field}\`` : "";
  const each = perItem && !meter ? ` for each of \`${perItem}\`` : "";
  return `Price: ${plainPriceWords(row)}${of}${each}${extraWords(row)}.`;
}

function bodyOf(entry: CatalogEntry) {
  const { rest: schema } = inputOf(entry);
  const { consumes = "application/json" } = entry.row.rest;
  if (consumes !== "multipart/form-data") return { [consumes]: { schema } };
  const fields = Object.fromEntries(Object.entries(schema.shape).filter(([name]) => name !== "files"));
  const file = z.array(z.string().meta({ format: "binary" })).describe("One part a file");
  return { "multipart/form-data": { schema: z.object({ ...fields, file }) } };
}

const schemeOf = {
  apiKey: "APIKeyHeader",
  connection: "OAuth2AuthorizationCode",
  login: "OAuth2PasswordBearer",
  session: "session",
} as const;

function securityOf({ row: { callers, scope } }: CatalogEntry): Record<string, string[]>[] {
  return callers.map((kind) =>
    kind === "anonymous" ? {} : { [schemeOf[kind]]: kind === "connection" && scope ? [scope] : [] },
  );
}

function refusalStatuses({ row }: CatalogEntry): [`${1 | 2 | 3 | 4 | 5}${string}`, string][] {
  return [
    ["400", row.dialect ? "Refused: `detail` says why" : "Bad input"],
    ...(row.dialect ? [["422", "Bad input: `detail` is a list"] as const] : []),
    ["401", "No credential, or one that is not accepted"],
    ...(row.scope || row.role || !row.callers.includes("apiKey") ? [["403", "Not allowed"] as const] : []),
    ...(row.priceCredits > 0 ? [["402", "Not enough credits"] as const] : []),
    ...(row.rest.path.includes("{") ? [["404", "Not found, or not yours"] as const] : []),
    ["429", "Over a limit"],
  ].map(([code, description]) => [code as `4${string}`, description ?? ""]);
}

/** By their shapes: zod does not cut a schema that has refinements. */
function inputOf({ row, input }: CatalogEntry) {
  const names = [...row.rest.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
  const cut = (inPath: boolean) =>
    z.strictObject(
      Object.fromEntries(Object.entries(input.shape).filter(([name]) => names.includes(name) === inPath)),
    );
  return { inPath: cut(true), rest: cut(false) };
}
