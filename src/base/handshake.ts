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

/** No connection; the facts are set when the handshake got as far as a certificate. */
export interface Distrusted extends Refused, Partial<Omit<Secured, 'socket'>> {}

/**
 * TLS over an open socket. The handshake is completed even with a bad certificate, so that its facts can be reported;
 * then the certificate is checked, and on a problem the connection is closed before any byte of the request is sent.
 * @param host name or address the certificate must be good for; also the SNI when it is a name
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
  socket.on('error', () => {}) // as for the raw socket: between two waits nobody listens
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

/** Node reports an orderly end as a reset too, but without the system call that failed. */
const isClosed = (error: unknown) =>
  codeOf(error) === 'ECONNRESET' && !(typeof error === 'object' && error !== null && 'syscall' in error)
