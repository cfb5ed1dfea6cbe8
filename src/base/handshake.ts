import { once } from 'node:events'
import { isIP, type Socket } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { type Certificate, readCertificate } from './certificate'
import { codeOf, type Failure, FailureError, type Refused, refusalOf, refused } from './failure'
import type { ClientIdentity, SecureContexts } from './secure-contexts'
import type { Trust } from './trust'

/** What a completed handshake tells. */
export interface Handshake {
  certificate: Certificate
  /** `TLSv1.3`, ... */
  protocol: string
  cipher: string
  /** What is wrong with the certificate and the protocol. */
  problems: Failure[]
}

/** A TLS connection, with a valid certificate unless `keepUntrusted` was set. */
export interface Secured {
  socket: TLSSocket
  facts: Handshake
}

/** A failed handshake. The facts are set if the server presented a certificate. */
export interface Distrusted extends Refused {
  facts?: Handshake
}

export interface HandshakeOptions {
  /** Name that is asked for (SNI) and that the certificate must have. Default: the host. */
  serverName?: string
  /**
   * Application protocols that are offered (ALPN). The server must agree on one, unless `http/1.1` or nothing is offered.
   * Default: `http/1.1`.
   */
  alpn?: readonly string[]
  /** Presented if the server asks for a certificate. */
  identity?: ClientIdentity
  /** Complete the handshake with TLS 1.0 and 1.1, too, and name that as a problem. */
  allowOldTls?: boolean
  /** Keep the connection open whatever is wrong with the certificate. */
  keepUntrusted?: boolean
}

/** What is trusted, and how connections are secured. */
export interface HandshakeDeps {
  trust: Trust
  contexts: SecureContexts
}

/**
 * Starts TLS on an open socket. The handshake is completed even with a bad certificate, so that its details can be
 * reported. The certificate is then checked, and if it is bad, the connection is closed before any request is sent.
 * @param host name or address the certificate must be valid for; also the SNI if it is a name
 */
export async function handshake(
  raw: Socket,
  host: string,
  { trust, contexts }: HandshakeDeps,
  signal: AbortSignal,
  options: HandshakeOptions = {},
): Promise<Secured | Distrusted> {
  const { serverName = host, alpn = ['http/1.1'], keepUntrusted = false } = options
  const socket = connect({
    socket: raw,
    host: serverName,
    servername: isIP(serverName) ? undefined : serverName,
    secureContext: contexts.contextFor(options),
    ...(alpn.length && { ALPNProtocols: [...alpn] }),
    rejectUnauthorized: false,
  })
  let hasKeys = false
  socket.once('keylog', () => {
    hasKeys = true
  })
  // errors may occur when no wait is listening; Node does not keep those of TLS, such as a late alert
  socket.on('error', error => socket.destroy(error))
  try {
    await once(socket, 'secureConnect', { signal })
  } catch (error) {
    raw.destroy()
    socket.destroy()
    if (hasKeys && isHandshakeFailure(error)) return refused('tls_client_certificate', WITHOUT_CERTIFICATE)
    return aboutAlpn(refusalOf(isClosed(error) ? new FailureError(CLOSED) : error, 'tls', signal), alpn)
  }
  const certificate = readCertificate(socket, serverName, trust)
  const protocol = socket.getProtocol() ?? ''
  const problems = [...certificate.problems, ...protocolProblems(protocol)]
  const facts = { certificate, protocol, cipher: socket.getCipher().name, problems }
  const problem = isAgreed(socket, alpn) ? problems.find(() => !keepUntrusted) : noAgreement(alpn)
  if (!problem) return { socket, facts }
  socket.destroy()
  return { error: problem, facts }
}

const isAgreed = ({ alpnProtocol }: TLSSocket, offered: readonly string[]) =>
  offered.length === 0 || offered.includes('http/1.1') || Boolean(alpnProtocol)

function protocolProblems(protocol: string): Failure[] {
  const message = `The server speaks ${protocol} at best, which browsers no longer accept`
  return OLD_TLS.includes(protocol) ? [{ code: 'tls_protocol', message }] : []
}

/** A refusal of another protocol than HTTP/1.1 is named after that. */
const aboutAlpn = ({ error }: Refused, alpn: readonly string[]): Refused =>
  error.code === 'tls_alpn' && !alpn.includes('http/1.1') ? { error: noAgreement(alpn) } : { error }

function noAgreement(offered: readonly string[]): Failure {
  const names = offered.map(name => (name === 'h2' ? 'HTTP/2' : name)).join(', ')
  return { code: 'tls_alpn', message: `The server does not accept ${names} over TLS (ALPN)` }
}

const OLD_TLS = ['TLSv1', 'TLSv1.1']
const CLOSED = { code: 'tls_closed', message: 'The server closed the connection during the TLS handshake' } as const

/**
 * Servers with TLS 1.2 have no other alert for a missing certificate (RFC 5246 section 7.4.6). Once there are keys, a
 * version and a cipher have been agreed on.
 */
const isHandshakeFailure = (error: unknown) => /^ERR_SSL_.*HANDSHAKE_FAILURE/.test(codeOf(error))
const WITHOUT_CERTIFICATE = 'The server refused the TLS handshake without a client certificate, or with that one'

/** Node reports a regular close as a reset too, but without a failed system call. */
const isClosed = (error: unknown) =>
  codeOf(error) === 'ECONNRESET' && !(typeof error === 'object' && error !== null && 'syscall' in error)
