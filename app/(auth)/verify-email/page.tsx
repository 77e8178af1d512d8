import type { Metadata } from "next";
import { returnPath } from "../../_components/return-path.ts";
import { findUser } from "../../_components/user.ts";
import { VerifyEmail } from "./verify-email.tsx";

// The address holds a secret.
export const metadata: Metadata = { title: "Confirm your e-mail address", referrer: "no-referrer" };

export default async function VerifyEmailPage({ searchParams }: PageProps<"/verify-email">) {
  const { token, next } = await searchParams;
  const signedIn = (await findUser()) !== null;
  return (
    <VerifyEmail
      token={typeof token === "string" ? token : ""}
      next={returnPath(next, signedIn ? "/overview" : "/sign-in")}
      signedIn={signedIn}
    />
  );
}
