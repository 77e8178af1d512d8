import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { env } from "#env";
import { needsSetupCode } from "#server/auth.ts";
import { configuredProviders } from "#server/providers.ts";
import { findAppName, findOAuthQuery, wantsSignIn } from "../../_components/authorization-request.ts";
import { returnPath } from "../../_components/return-path.ts";
import { findUser } from "../../_components/user.ts";
import { RequestLapsed } from "../request-lapsed.tsx";
import { SignUpForm } from "./sign-up-form.tsx";

export const metadata: Metadata = { title: "Create an account" };

export default async function SignUpPage({ searchParams }: PageProps<"/sign-up">) {
  const next = returnPath((await searchParams).next);
  const oauthQuery = await findOAuthQuery();
  if (oauthQuery === null) {
    if (await findUser()) redirect(next);
    return <SignUpForm next={next} {...(await facts())} />;
  }
  if (!wantsSignIn(oauthQuery) && (await findUser())) redirect(`/consent?${oauthQuery}`);
  const app = await findAppName(oauthQuery);
  if (app === null) return <RequestLapsed />;
  return <SignUpForm next={next} asked={{ app, oauthQuery }} {...(await facts())} />;
}

async function facts() {
  return {
    needsSetupCode: await needsSetupCode(),
    mailKept: env.SMTP_URL === undefined,
    providers: configuredProviders(),
  };
}
