import { Text } from "@mantine/core";
import type { Metadata } from "next";
import { TextLink } from "../../_components/links.tsx";
import { AuthNote } from "../auth-note.tsx";
import { ResetPasswordForm } from "./reset-password-form.tsx";

// The address holds a secret.
export const metadata: Metadata = { title: "Choose a new password", referrer: "no-referrer" };

export default async function ResetPasswordPage({ searchParams }: PageProps<"/reset-password">) {
  const { token } = await searchParams;
  if (typeof token === "string" && token !== "") return <ResetPasswordForm token={token} />;
  return (
    <AuthNote title="This link is not complete">
      <Text>
        Open it again from the mail, or <TextLink href="/forgot-password">ask for a new one</TextLink>.
      </Text>
    </AuthNote>
  );
}
