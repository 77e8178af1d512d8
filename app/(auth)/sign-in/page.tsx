import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { returnPath } from "../../_components/return-path.ts";
import { findUser } from "../../_components/user.ts";
import { SignInForm } from "./sign-in-form.tsx";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage({ searchParams }: PageProps<"/sign-in">) {
  const next = returnPath((await searchParams).next);
  if (await findUser()) redirect(next);
  return <SignInForm next={next} />;
}
