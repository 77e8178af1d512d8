/**
 * A machine is a confidential client that its owner registered: it signs in with its own secret (RFC 6749
 * §4.4) and acts for the owner within its connection. The secret is stored hashed and shown once.
 */
import { randomBytes } from "node:crypto";
import { database } from "#db/client.ts";
import { oauthClient, oauthClientResource } from "#db/schema/oauth.ts";
import { resource } from "../access-token.ts";
import { newId } from "../ids.ts";
import { hashKey } from "../principal.ts";

export async function registerMachine(userId: string, name: string, scopes: readonly string[]) {
  const clientId = newId("machine");
  const clientSecret = randomBytes(32).toString("base64url");
  const db = await database();
  const now = new Date();
  await db.transaction(async (tx) => {
    await tx.insert(oauthClient).values({
      id: newId("client"),
      clientId,
      clientSecret: hashKey(clientSecret),
      name,
      userId,
      scopes: [...scopes],
      clientCredentialsScopes: [...scopes],
      redirectUris: [],
      grantTypes: ["client_credentials"],
      responseTypes: [],
      tokenEndpointAuthMethod: "client_secret_basic",
      createdAt: now,
      updatedAt: now,
    });
    await tx
      .insert(oauthClientResource)
      .values({ id: newId("link"), clientId, resourceId: resource, createdAt: now });
  });
  return { clientId, clientSecret };
}
