import type { Schemas } from "./api.ts";

/** Whether this browser can be asked for passkeys. */
export const hasPasskeys = (): boolean => typeof PublicKeyCredential !== "undefined";

/** What a passkey has signed, as the browser says it; undefined: whoever was asked for it does not want to, or has none. */
export async function passkeyFor(question: Schemas["PasskeyQuestion"]): Promise<Schemas["PasskeyShown"] | undefined> {
  const publicKey = { ...question, challenge: bytes(question.challenge) } as PublicKeyCredentialRequestOptions;
  const credential = await asked(() => navigator.credentials.get({ publicKey }));
  const response = credential?.response;
  if (!(credential && response instanceof AuthenticatorAssertionResponse)) return undefined;
  return {
    id: credential.id,
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: response.userHandle && text(response.userHandle),
    },
  };
}

/** A passkey that the browser has had made; undefined: whoever was asked does not want one, or has one there already. */
export async function newPasskey(
  wanted: Schemas["PasskeyWanted"],
): Promise<Schemas["PasskeyRegistration"] | undefined> {
  const publicKey = {
    ...wanted,
    challenge: bytes(wanted.challenge),
    user: { ...wanted.user, id: bytes(wanted.user.id) },
    excludeCredentials: wanted.excludeCredentials.map((known) => ({ ...known, id: bytes(known.id) })),
  } as PublicKeyCredentialCreationOptions;
  const credential = await asked(() => navigator.credentials.create({ publicKey }));
  const response = credential?.response;
  if (!(credential && response instanceof AuthenticatorAttestationResponse)) return undefined;
  const { clientDataJSON, attestationObject } = response;
  return { response: { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject) } };
}

/** Browsers do not tell whether somebody said no, took too long, or has a passkey there already: it is one error. */
async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential | undefined> {
  try {
    const credential = await ask();
    return credential instanceof PublicKeyCredential ? credential : undefined;
  } catch (failure) {
    const names = ["NotAllowedError", "AbortError", "InvalidStateError"];
    if (failure instanceof DOMException && names.includes(failure.name)) return undefined;
    throw failure;
  }
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
