import { createPublicKey, type KeyObject, verify } from 'node:crypto'

const KEY_BYTES = 32

/** An Ed25519 public key from its raw bytes (RFC 8032, section 5.1.5) in base64url; undefined if it is not one. */
export function publicKeyOf(raw: string): KeyObject | undefined {
  if (Buffer.from(raw, 'base64url').length !== KEY_BYTES) return undefined
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw }, format: 'jwk' })
  } catch {
    return undefined // not a point of the curve
  }
}

/** Whether the holder of a key has signed a text. */
export function isSignedBy(raw: string, text: string, signature: string): boolean {
  const key = publicKeyOf(raw)
  return key !== undefined && verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'))
}
