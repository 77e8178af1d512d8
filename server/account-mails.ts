/**
 * What an account's owner is told by mail about getting in: links that prove an address, and every change of
 * how one gets in, so that a change he did not make does not go unseen. Links lead to pages, which ask once
 * more: a mail scanner that follows them changes nothing.
 */
import { env } from "#env";
import { type Mail, mailOwner, sendMail } from "./mail.ts";

type Person = { readonly id: string; readonly name: string; readonly email: string };

const lines = (...text: string[]) => text.join("\n");

function pageLink(path: string, query: Record<string, string | null>): string {
  const url = new URL(path, env.appUrl);
  for (const [name, value] of Object.entries(query)) if (value !== null) url.searchParams.set(name, value);
  return url.href;
}

/** Better Auth's link, of which the token and the way onwards are kept. */
function verificationLink(url: string): string {
  const given = new URL(url);
  const next = given.searchParams.get("callbackURL");
  return pageLink("/verify-email", {
    token: given.searchParams.get("token"),
    next: next?.startsWith("/") && next !== "/" ? next : null,
  });
}

export function mailVerification({ email }: Person, url: string): Promise<void> {
  return sendMail(email, {
    subject: "Confirm your e-mail address",
    text: lines(
      "Open this link to confirm that this address is yours. It is good for one hour.",
      "",
      verificationLink(url),
      "",
      "You did not ask for this? Then do nothing: without the link nothing happens.",
    ),
  });
}

export function mailPasswordReset({ email }: Person, token: string): Promise<void> {
  return sendMail(email, {
    subject: "Choose a new password",
    text: lines(
      "Open this link to choose a new password. It is good for one hour and works once.",
      "",
      pageLink("/reset-password", { token }),
      "",
      "You did not ask for this? Then do nothing: your password stays as it is.",
    ),
  });
}

/** To who signs up under an address that has an account: the page answers as for a new one. */
export function mailAlreadySignedUp({ email }: Person): Promise<void> {
  return sendMail(email, {
    subject: "You already have an account",
    text: lines(
      "Somebody, probably you, tried to create an account with this address. There is one already.",
      "",
      `Sign in: ${pageLink("/sign-in", {})}`,
      `Choose a new password: ${pageLink("/forgot-password", {})}`,
    ),
  });
}

export async function mailEmailChange(user: Person, newEmail: string): Promise<void> {
  await sendMail(user.email, {
    subject: "Your e-mail address is about to change",
    text: lines(
      `The e-mail address of your account is to become ${newEmail}. It changes once the link sent there is opened.`,
      "",
      notYou,
    ),
  });
}

export async function mailEmailChanged(accountId: string, formerEmail: string): Promise<void> {
  const mail: Mail = {
    subject: "Your e-mail address has changed",
    text: lines("From now on this account signs in with its new address, and mail goes there.", "", notYou),
  };
  await sendMail(formerEmail, mail);
  await mailOwner(accountId, mail);
}

const notYou = lines(
  "This was not you? Sign in, change your password and sign out every other browser:",
  pageLink("/settings/security", {}),
);

export type Place = { readonly address: string | null; readonly userAgent: string | null };

/** A change of how one gets in; `what` is a sentence. */
export function mailSecurityChange(
  accountId: string,
  subject: string,
  what: string,
  place: Place,
): Promise<void> {
  return mailOwner(accountId, { subject, text: lines(what, "", ...placeLines(place), "", notYou) });
}

function placeLines({ address, userAgent }: Place): string[] {
  return [
    `When: ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`,
    `From: ${address ?? "an unknown address"}`,
    `With: ${userAgent?.slice(0, 200) || "an unknown browser"}`,
  ];
}
