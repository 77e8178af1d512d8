import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { findAppName, findOAuthQuery, wantsSignIn } from "../../_components/authorization-request.ts";
import { returnPath } from "../../_components/return-path.ts";
import { findUser } from "../../_components/user.ts";
import { RequestLapsed } from "../request-lapsed.tsx";
import { SignInForm } from "./sign-in-form.tsx";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage({ searchParams }: PageProps<"/sign-in">) {
  const next = returnPath((await searchParams).next);
  const oauthQuery = await findOAuthQuery();
  if (oauthQuery === null) {
    if (await findUser()) redirect(next);
    return <SignInForm next={next} />;
  }
  if (!wantsSignIn(oauthQuery) && (await findUser())) redirect(`/consent?${oauthQuery}`);
  const app = await findAppName(oauthQuery);
  return app === null ? <RequestLapsed /> : <SignInForm next={next} asked={{ app, oauthQuery }} />;
}
