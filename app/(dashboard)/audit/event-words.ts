/** Security events in words; a failed try has the same name with `.failed`. */
const words: Record<string, string> = {
  signUp: "Account created",
  signIn: "Signed in",
  signOut: "Signed out",
  "password.change": "Password changed",
  "password.reset": "Password reset",
  "password.resetRequest": "A link for a new password was asked for",
  "email.change": "E-mail address changed",
  "email.changeRequest": "Another e-mail address was asked for",
  "email.verify": "E-mail address confirmed",
  "signIn.secondFactor": "Password was right, second factor asked for",
  "twoFactor.enable": "Two-factor sign-in turned on",
  "twoFactor.disable": "Two-factor sign-in turned off",
  "twoFactor.newCodes": "New recovery codes made",
  "passkeys.add": "Passkey added",
  "passkeys.rename": "Passkey renamed",
  "passkeys.delete": "Passkey removed",
  "account.confirm": "Confirmed to be the owner",
  "account.export": "Data exported",
  "account.delete": "Account deleted",
  "providers.unlink": "Another site's account unlinked",
  "sessions.revokeAll": "Signed out everywhere",
  "sessions.revokeOthers": "Signed out everywhere else",
  "sessions.revoke": "A session was ended",
  "connections.grant": "App connected",
  "connections.deny": "App refused",
  "connections.update": "Connection changed",
  "connections.delete": "App disconnected",
  "connections.codeReused": "A code of an app was used twice; its tokens were ended",
  "connections.refreshTokenReused": "A refresh token of an app was used twice; its tokens were ended",
  "calls.pause": "A call that was repeated again and again was paused",
  "calls.resume": "A paused call was resumed",
  "keys.create": "Key created",
  "keys.update": "Key changed",
  "keys.rotate": "Key rotated",
  "keys.delete": "Key revoked",
  "clients.create": "Client registered",
  "clients.delete": "Client deleted",
  "golden.worse": "Answers to golden questions got worse",
  "receipts.settings": "Receipt settings changed",
  "admin.grantCredits": "Credits given by an admin",
  "admin.setLimit": "Limit set by an admin",
  "admin.setRole": "Role set by an admin",
  "admin.banUser": "Account banned by an admin",
  "admin.unbanUser": "Account allowed again by an admin",
  "admin.impersonate": "An admin began to act as this account",
  "admin.stopImpersonating": "An admin stopped acting as this account",
};

const failedWords: Record<string, string> = {
  signIn: "Sign-in failed",
  signUp: "Account not created",
  "password.change": "Password not changed",
  "password.reset": "Password not reset",
};

export function eventWords(event: string): string {
  const name = event.replace(/\.failed$/, "");
  if (name === event) return words[name] ?? event;
  return failedWords[name] ?? `${words[name] ?? name} (failed)`;
}

/** Worth a second look. */
export function isAlarming(event: string): boolean {
  return event.endsWith(".failed") || event.endsWith("Reused");
}

export const eventChoices = [...Object.keys(words), "signIn.failed", "password.change.failed"]
  .map((value) => ({ value, label: eventWords(value) }))
  .toSorted((one, other) => one.label.localeCompare(other.label, "en"));

const fieldWords: Record<string, string> = {
  name: "name",
  scopes: "what it may do",
  datasets: "datasets",
  addDatasets: "a dataset added",
  budget: "budget",
  callsPerHour: "calls an hour",
  addresses: "addresses",
  expiresInDays: "expiry",
  paused: "paused or resumed",
};

/** "datasets, budget"; scopes and what is not known stay as they are. */
export function changedText(changed: unknown): string {
  if (!Array.isArray(changed)) return "";
  return changed
    .filter((field): field is string => typeof field === "string" && !field.endsWith("Id"))
    .map((field) => fieldWords[field] ?? field)
    .join(", ");
}
