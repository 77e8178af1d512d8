import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { needsSetupCode } from "#server/auth.ts";
import { returnPath } from "../../_components/return-path.ts";
import { findUser } from "../../_components/user.ts";
import { SignUpForm } from "./sign-up-form.tsx";

export const metadata: Metadata = { title: "Create an account" };

export default async function SignUpPage({ searchParams }: PageProps<"/sign-up">) {
  const next = returnPath((await searchParams).next);
  if (await findUser()) redirect(next);
  return <SignUpForm next={next} needsSetupCode={await needsSetupCode()} />;
}
