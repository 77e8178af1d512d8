/**
 * The API as pages call it while they render: the same procedures through the same chain, in process.
 * What a page prefetched is handed to the browser by `Hydrate`.
 */
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { headers } from "next/headers";
import { cache } from "react";
import { env } from "#env";
import { createContext } from "#server/context.ts";
import { problemOf } from "#server/errors.ts";
import { appRouter } from "#server/router.ts";
import { makeQueryClient } from "./query-client.ts";

export const getQueryClient = cache(makeQueryClient);

export const visitorContext = cache(async () =>
  createContext(new Request(env.appUrl, { headers: await visitorHeaders() }), "trpc"),
);

export const trpc = createTRPCOptionsProxy({
  router: appRouter,
  ctx: visitorContext,
  queryClient: getQueryClient,
});

/**
 * Following a link from another site is no forged call: rendering a page only reads. So where the visitor
 * came from does not count here, and only the session may identify him.
 */
export const visitorHeaders = cache(async (): Promise<Headers> => {
  const visitor = new Headers(await headers());
  for (const name of ["origin", "sec-fetch-site", "authorization", "x-api-key"]) visitor.delete(name);
  return visitor;
});

/** The value, or null where the API answers "not found"; other refusals are thrown. */
export async function orNull<Value>(value: Promise<Value>): Promise<Value | null> {
  try {
    return await value;
  } catch (error) {
    if (problemOf(error).problem.code === "not_found") return null;
    throw error;
  }
}
