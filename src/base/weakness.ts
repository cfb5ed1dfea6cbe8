import { X509Certificate } from 'node:crypto'
import type { Failure } from './failure'

/** What the CA/Browser Forum requires of RSA keys (Baseline Requirements section 6.1.5). */
const RSA_BITS_MIN = 2_048

/** Object identifiers, in DER: ways to sign whose hashes can be forged. */
const FORGEABLE: Record<string, string> = {
  '2a864886f70d010102': 'MD2',
  '2a864886f70d010104': 'MD5',
  '2a864886f70d010105': 'SHA-1',
  '2a8648ce380403': 'SHA-1',
  '2a8648ce3d0401': 'SHA-1',
}

/**
 * Keys and signatures of a chain that are too weak, which OpenSSL tolerates at its lowest level of security.
 * @param chain from the server's certificate up, as DER; the signature of a root does not matter
 */
export function weaknessesOf(chain: readonly Buffer[]): Failure[] {
  return chain.map(raw => new X509Certificate(raw)).flatMap(link => [...weakKey(link), ...weakSignature(link)])
}

function weakKey(link: X509Certificate): Failure[] {
  const { asymmetricKeyType: type = '', asymmetricKeyDetails: details } = link.publicKey
  const bits = details?.modulusLength
  if (!type.startsWith('rsa') || bits === undefined || bits >= RSA_BITS_MIN) return []
  const message = `The key of ${nameOf(link)} is too weak: RSA with ${bits} bits, at least ${RSA_BITS_MIN} are needed`
  return [{ code: 'tls_weak_key', message }]
}

function weakSignature(link: X509Certificate): Failure[] {
  const hash = FORGEABLE[signatureOf(link.raw)]
  if (!hash || link.subject === link.issuer) return []
  return [{ code: 'tls_weak_signature', message: `${nameOf(link)} is signed with ${hash}, which can be forged` }]
}

const nameOf = ({ subject }: X509Certificate) => `the certificate "${subject.replaceAll('\n', ', ')}"`

/** The second part of a certificate names how it is signed (RFC 5280 section 4.1.1.2), which Node does not tell. */
function signatureOf(raw: Buffer): string {
  const certificate = contentAt(raw, 0)
  const signed = contentAt(raw, certificate.start)
  const algorithm = contentAt(raw, signed.end)
  const identifier = contentAt(raw, algorithm.start)
  return raw.subarray(identifier.start, identifier.end).toString('hex')
}

/** Where the content of a DER element is; OpenSSL has already found the certificate well-formed. */
function contentAt(raw: Buffer, at: number): { start: number; end: number } {
  const first = raw.readUInt8(at + 1)
  const sizeBytes = first < 0x80 ? 0 : first & 0x7f
  const start = at + 2 + sizeBytes
  return { start, end: start + (sizeBytes ? raw.readUIntBE(at + 2, sizeBytes) : first) }
}
