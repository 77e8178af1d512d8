/**
 * The request of an app to be let in, as it stands in the address of sign-in, sign-up and consent: the whole
 * query, which the server signed. It is passed on as it is; one letter more and it is refused.
 */
import { headers } from "next/headers";
import { findClients } from "#server/connections/client.ts";
import { readRequest } from "#server/connections/request.ts";
import { problemOf } from "#server/errors.ts";
import { visitorContext } from "../_trpc/server.ts";

/** Null on an address that carries none. */
export async function findOAuthQuery(): Promise<string | null> {
  const path = (await headers()).get("x-page-path") ?? "";
  const query = path.split("?").slice(1).join("?");
  const fields = new URLSearchParams(query);
  return fields.has("sig") && fields.has("client_id") ? query : null;
}

/** The app's name, for a visitor who has not signed in; null where the request is no longer good. */
export async function findAppName(oauthQuery: string): Promise<string | null> {
  try {
    const { clientId } = await readRequest({ oauthQuery }, await visitorContext());
    return (await findClients([clientId]))(clientId).name;
  } catch (error) {
    if (problemOf(error).problem.code === "not_found") return null;
    throw error;
  }
}

/** The app, or the server for it, wants the visitor to sign in though he has. */
export function wantsSignIn(oauthQuery: string): boolean {
  const asked = new URLSearchParams(oauthQuery);
  const prompt = asked.get("prompt")?.split(" ") ?? [];
  return prompt.includes("login") || prompt.includes("create") || asked.has("max_age");
}
