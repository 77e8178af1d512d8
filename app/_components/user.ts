import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { getAuth } from "#server/auth.ts";
import { visitorHeaders } from "../_trpc/server.ts";
import { signInPath } from "./return-path.ts";

export type User = { name: string; email: string; admin: boolean };

export const findUser = cache(async (): Promise<User | null> => {
  const visitor = await visitorHeaders();
  if (!visitor.has("cookie")) return null;
  const auth = await getAuth();
  // A page cannot set cookies, so it must not renew the session.
  const found = await auth.api.getSession({ headers: visitor, query: { disableRefresh: true } });
  if (!found) return null;
  return { name: found.user.name, email: found.user.email, admin: found.user.role === "admin" };
});

/** Sends a visitor without a session to sign-in, and back here afterwards. */
export async function requireUser(): Promise<User> {
  const user = await findUser();
  if (user) return user;
  redirect(signInPath((await headers()).get("x-page-path") ?? "/datasets"));
}
