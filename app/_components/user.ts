import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import { getAuth } from "#server/auth.ts";
import { visitorHeaders } from "../_trpc/server.ts";
import { signInPath } from "./return-path.ts";

export type User = {
  name: string;
  email: string;
  admin: boolean;
  /** An admin looks at things as this user. */
  impersonated: boolean;
};

export const findUser = cache(async (): Promise<User | null> => {
  const visitor = await visitorHeaders();
  if (!visitor.has("cookie")) return null;
  const auth = await getAuth();
  // A page cannot set cookies, so it must not renew the session.
  const found = await auth.api.getSession({ headers: visitor, query: { disableRefresh: true } });
  if (!found) return null;
  const { user, session } = found;
  return {
    name: user.name,
    email: user.email,
    admin: user.role === "admin",
    impersonated: "impersonatedBy" in session && Boolean(session.impersonatedBy),
  };
});

/** Sends a visitor without a session to sign-in, and back here afterwards. */
export async function requireUser(): Promise<User> {
  const user = await findUser();
  if (user) return user;
  redirect(signInPath((await headers()).get("x-page-path") ?? "/overview"));
}

/** For everybody else there is no such page. */
export async function requireAdmin(): Promise<void> {
  const { admin } = await requireUser();
  if (!admin) notFound();
}
