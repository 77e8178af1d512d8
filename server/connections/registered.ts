/**
 * Clients that their owner registered, in the dashboard instead of by themselves: apps that ask their users
 * by authorization code, public or confidential, and machines. Deleting one ends every connection to it.
 */
import { and, desc, eq } from "drizzle-orm";
import { z } from "zod";
import { database } from "#db/client.ts";
import { connections } from "#db/schema/access.ts";
import { oauthClient } from "#db/schema/oauth.ts";
import { auditAct } from "../audit.ts";
import { callAuth } from "../auth-door.ts";
import type { Context } from "../context.ts";
import { deleteAccess } from "../credential-access.ts";
import { ApiError } from "../errors.ts";
import { timeField } from "../fields.ts";

export const registeredSchema = z
  .object({
    clientId: z.string(),
    name: z.string(),
    redirectUris: z.array(z.string()).describe("Empty: a machine"),
    confidential: z.boolean().describe("It has a secret"),
    createdAt: timeField,
  })
  .meta({ id: "RegisteredClient" });

const answerSchema = z.object({ client_id: z.string(), client_secret: z.string().optional() });
const problemSchema = z
  .object({ error_description: z.string() })
  .catch({ error_description: "not accepted" });

/** @throws ApiError invalid_input with the reason, of a redirect address for example */
export async function registerClient(
  ctx: Pick<Context, "headers" | "exactAddress">,
  asked: { readonly name: string; readonly redirectUris: readonly string[]; readonly confidential: boolean },
) {
  const answer = await callAuth("/oauth2/register", {
    headers: ctx.headers,
    address: ctx.exactAddress,
    body: {
      client_name: asked.name,
      redirect_uris: asked.redirectUris,
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: asked.confidential ? "client_secret_basic" : "none",
    },
  });
  const body: unknown = await answer.json();
  if (!answer.ok) {
    throw new ApiError("invalid_input", `Invalid input: ${problemSchema.parse(body).error_description}`);
  }
  const { client_id, client_secret } = answerSchema.parse(body);
  return { clientId: client_id, clientSecret: client_secret ?? null };
}

export async function listRegistered(accountId: string): Promise<z.output<typeof registeredSchema>[]> {
  const db = await database();
  const rows = await db
    .select()
    .from(oauthClient)
    .where(eq(oauthClient.userId, accountId))
    .orderBy(desc(oauthClient.createdAt), desc(oauthClient.id));
  return rows.map(({ clientId, name, redirectUris, clientSecret, createdAt }) => ({
    clientId,
    name: name ?? clientId,
    redirectUris,
    confidential: clientSecret !== null,
    createdAt: (createdAt ?? new Date(0)).toISOString(),
  }));
}

/** @throws ApiError not_found */
export async function deleteRegistered(ctx: Context, accountId: string, clientId: string): Promise<void> {
  const db = await database();
  await db.transaction(async (tx) => {
    // Its refresh tokens and consents go with it by cascade; connections do not, since they may outlive it.
    const gone = await tx
      .delete(oauthClient)
      .where(and(eq(oauthClient.clientId, clientId), eq(oauthClient.userId, accountId)))
      .returning({ id: oauthClient.id });
    if (gone.length === 0) throw new ApiError("not_found", "Client not found.");
    const ended = await tx
      .delete(connections)
      .where(eq(connections.clientId, clientId))
      .returning({ id: connections.id, accountId: connections.accountId });
    for (const connection of ended) {
      await deleteAccess(tx, connection.id);
      // Told to whoever had connected it, who may be another than its owner.
      const act = {
        event: "connections.delete",
        subjectId: connection.id,
        accountId: connection.accountId,
      };
      await auditAct(ctx, accountId, act, tx);
    }
    await auditAct(ctx, accountId, { event: "clients.delete", subjectId: clientId }, tx);
  });
}
