/**
 * Passkeys in the browser (WebAuthn Level 3): its own reading and writing of the server's JSON, without which
 * a browser is too old for the buttons.
 */
import { type AuthAnswer, authRead, authRequest } from "./auth-request.ts";

export function passkeysSupported(): boolean {
  return typeof PublicKeyCredential !== "undefined" && "parseRequestOptionsFromJSON" in PublicKeyCredential;
}

/** Whether the browser offers them in the list under an input field. */
export async function offersPasskeys(): Promise<boolean> {
  return passkeysSupported() && ((await PublicKeyCredential.isConditionalMediationAvailable?.()) ?? false);
}

export async function addPasskey(name: string): Promise<AuthAnswer> {
  const options = await authRead("passkey/generate-register-options");
  if (!options.ok) return options;
  const made = await ceremony(() =>
    navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(
        options.answer as PublicKeyCredentialCreationOptionsJSON,
      ),
    }),
  );
  if ("ok" in made) return made;
  return authRequest("passkey/verify-registration", { response: made.credential, name });
}

/** @param more goes along with the answer. `signal` ends a request that waits under an input field. */
export async function askPasskey(more: Record<string, unknown>, signal?: AbortSignal): Promise<AuthAnswer> {
  const options = await authRead("passkey/generate-authenticate-options");
  if (!options.ok) return options;
  const given = await ceremony(() =>
    navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(
        options.answer as PublicKeyCredentialRequestOptionsJSON,
      ),
      ...(signal ? { mediation: "conditional" as const, signal } : {}),
    }),
  );
  if ("ok" in given) return given;
  return authRequest("passkey/verify-authentication", { response: given.credential, ...more });
}

type Made = { credential: unknown } | Extract<AuthAnswer, { ok: false }>;

async function ceremony(work: () => Promise<Credential | null>): Promise<Made> {
  try {
    const credential = await work();
    if (credential instanceof PublicKeyCredential) return { credential: credential.toJSON() };
    return stopped("NOTHING", "The browser gave no passkey.");
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (name === "AbortError") return stopped("ABORTED", "");
    if (name === "InvalidStateError")
      return stopped("ALREADY_THERE", "This device has a passkey for your account already.");
    // Told alike: cancelled, timed out, none there.
    return stopped("CANCELLED", "No passkey was used. Try again, or use another way.");
  }
}

function stopped(code: string, message: string): Extract<AuthAnswer, { ok: false }> {
  return { ok: false, code, message };
}
