import { once } from 'node:events'
import { isIP, type Socket } from 'node:net'
import { connect, type SecureContext, type TLSSocket } from 'node:tls'
import { type Certificate, readCertificate } from './certificate'
import { codeOf, FailureError, type Refused, refusalOf } from './failure'

/** A TLS connection with a valid certificate. */
export interface Secured {
  socket: TLSSocket
  certificate: Certificate
  /** `TLSv1.3`, ... */
  protocol: string
  cipher: string
}

/** A failed handshake. The details are set if the server presented a certificate. */
export interface Distrusted extends Refused, Partial<Omit<Secured, 'socket'>> {}

/**
 * Starts TLS on an open socket. The handshake is completed even with a bad certificate, so that its details can be
 * reported. The certificate is then checked, and if it is bad, the connection is closed before any request is sent.
 * @param host name or address the certificate must be valid for; also the SNI if it is a name
 */
export async function handshake(
  raw: Socket,
  host: string,
  secureContext: SecureContext,
  signal: AbortSignal,
): Promise<Secured | Distrusted> {
  const servername = isIP(host) ? undefined : host
  const socket = connect({
    socket: raw,
    host,
    servername,
    secureContext,
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: false,
  })
  socket.on('error', () => {}) // as for the raw socket: errors may occur when no wait is listening
  try {
    await once(socket, 'secureConnect', { signal })
  } catch (error) {
    raw.destroy()
    socket.destroy()
    return refusalOf(isClosed(error) ? new FailureError(CLOSED) : error, 'tls', signal)
  }
  const certificate = readCertificate(socket, host)
  const facts = { certificate, protocol: socket.getProtocol() ?? '', cipher: socket.getCipher().name }
  if (!certificate.problem) return { socket, ...facts }
  socket.destroy()
  return { ...facts, error: certificate.problem }
}

const CLOSED = { code: 'tls_closed', message: 'The server closed the connection during the TLS handshake' } as const

/** Node reports a regular close as a reset too, but without a failed system call. */
const isClosed = (error: unknown) =>
  codeOf(error) === 'ECONNRESET' && !(typeof error === 'object' && error !== null && 'syscall' in error)
