import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { configuredProviders } from "#server/providers.ts";
import { findAppName, findOAuthQuery, wantsSignIn } from "../../_components/authorization-request.ts";
import { returnPath } from "../../_components/return-path.ts";
import { findUser } from "../../_components/user.ts";
import { RequestLapsed } from "../request-lapsed.tsx";
import { SignInForm } from "./sign-in-form.tsx";

export const metadata: Metadata = { title: "Sign in" };

/** How another site's answer went wrong. */
const problems: Record<string, string> = {
  account_not_linked:
    "There is an account with this e-mail address already. Sign in with its password or passkey; once both sides have confirmed the address, the other site works, too.",
  email_not_verified: "The other site has not confirmed your e-mail address. Confirm it there first.",
  access_denied: "You were not signed in: the other site was told not to.",
  banned: "This account was suspended. Ask an admin of this installation.",
};

export default async function SignInPage({ searchParams }: PageProps<"/sign-in">) {
  const { next: wanted, error } = await searchParams;
  const next = returnPath(wanted);
  const oauthQuery = await findOAuthQuery();
  const providers = configuredProviders();
  if (oauthQuery === null) {
    if (await findUser()) redirect(next);
    const problem =
      typeof error === "string"
        ? (problems[error] ?? "Signing in did not work. Try again, or use another way.")
        : null;
    return <SignInForm next={next} providers={providers} problem={problem} />;
  }
  if (!wantsSignIn(oauthQuery) && (await findUser())) redirect(`/consent?${oauthQuery}`);
  const app = await findAppName(oauthQuery);
  if (app === null) return <RequestLapsed />;
  return <SignInForm next={next} asked={{ app, oauthQuery }} providers={providers} problem={null} />;
}
