import type { Metadata } from "next";
import { env } from "#env";
import { ForgotPasswordForm } from "./forgot-password-form.tsx";

export const metadata: Metadata = { title: "Forgot your password?" };

export default function ForgotPasswordPage() {
  return <ForgotPasswordForm mailKept={env.SMTP_URL === undefined} />;
}
