import 'reflect-metadata' // required by the certificate library
import { type webcrypto as WebCrypto, webcrypto } from 'node:crypto'
import {
  BasicConstraintsExtension,
  type Extension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

const DAY_MS = 86_400_000
const KEY = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** A certificate with its key, both PEM. */
export interface Identity {
  name: string
  cert: string
  key: string
  keys: WebCrypto.CryptoKeyPair
}

export interface IdentitySettings {
  name: string
  /** Default: self-signed. */
  by?: Identity
  /** Makes it a CA. */
  authority?: boolean
  /** Names and addresses it is valid for. */
  hosts?: string[]
  /** Default: new ones. Those of another one make a cross-signed certificate. */
  keys?: WebCrypto.CryptoKeyPair
  /** Of the signature. Default: SHA-256. */
  hash?: 'SHA-1'
  /** Days from now. */
  fromDays?: number
  untilDays?: number
}

/** Creates a certificate with exactly the faults a test needs. */
export async function identity(settings: IdentitySettings): Promise<Identity> {
  const { name, by, hash = KEY.hash, fromDays = -1, untilDays = 90 } = settings
  const keys = settings.keys ?? (await webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']))
  const certificate = await X509CertificateGenerator.create({
    serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(8)))
      .toString('hex')
      .replace(/^./, '1'),
    subject: `CN=${name}`,
    issuer: `CN=${by?.name ?? name}`,
    notBefore: new Date(Date.now() + fromDays * DAY_MS),
    notAfter: new Date(Date.now() + untilDays * DAY_MS),
    publicKey: keys.publicKey,
    signingKey: (by?.keys ?? keys).privateKey,
    signingAlgorithm: { ...KEY, hash },
    extensions: extensionsOf(settings),
  })
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return {
    name,
    keys,
    cert: `${certificate.toString('pem')}\n`,
    key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`,
  }
}

function extensionsOf({ authority = false, hosts = [] }: IdentitySettings): Extension[] {
  const names = hosts.map(host => ({ type: /^[\d.]+$/.test(host) ? ('ip' as const) : ('dns' as const), value: host }))
  const constraints = new BasicConstraintsExtension(authority, undefined, true)
  return names.length ? [constraints, new SubjectAlternativeNameExtension(names)] : [constraints]
}
