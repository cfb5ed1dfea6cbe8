import { constants, createHash } from 'node:crypto'
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls'
import { Lru } from './lru'

/** Contexts kept: making one reads all root certificates. */
const CONTEXTS_MAX = 200
/** OpenSSL only speaks TLS 1.0 and 1.1 at its lowest level of security. */
const OLD_TLS = { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const

/** A client's certificate and its key, both PEM. */
export interface ClientIdentity {
  certificate: string
  key: string
}

export interface ContextOptions {
  identity?: ClientIdentity
  allowOldTls?: boolean
}

/** The settings of TLS connections, by what is asked of them. */
export class SecureContexts {
  private readonly known = new Lru<string, SecureContext>(CONTEXTS_MAX)
  /** Without a client certificate, for TLS 1.2 or newer. */
  readonly usual: SecureContext

  /** @param roots root certificates (PEM) trusted in addition to Node's */
  constructor(private readonly roots: readonly string[] = []) {
    this.usual = this.create({})
  }

  /** @throws Error if the client's certificate or key cannot be used */
  contextFor({ identity, allowOldTls = false }: ContextOptions): SecureContext {
    if (!identity && !allowOldTls) return this.usual
    const key = createHash('sha256')
      .update(JSON.stringify([identity?.certificate, identity?.key, allowOldTls]))
      .digest('base64')
    const known = this.known.get(key) ?? this.create({ identity, allowOldTls })
    this.known.set(key, known)
    return known
  }

  private create({ identity, allowOldTls }: ContextOptions): SecureContext {
    return createSecureContext({
      ...(this.roots.length && { ca: [...rootCertificates, ...this.roots] }),
      // browsers do not require secure renegotiation (RFC 5746) either, and nothing here renegotiates
      secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
      ...(identity && { cert: identity.certificate, key: identity.key }),
      ...(allowOldTls && OLD_TLS),
    })
  }
}
