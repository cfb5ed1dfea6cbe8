import { isLate } from './deadline'

/** Every way in which an exchange over the network can fail, in the order of its phases. Explained in docs/health-checks.md. */
export const FAILURE_CODES = [
  'dns_name_invalid',
  'dns_not_found',
  'dns_failed',
  'dns_timeout',
  'blocked_address',
  'connection_refused',
  'connection_timeout',
  'unreachable',
  'tls_not_spoken',
  'tls_protocol',
  'tls_alpn',
  'tls_unrecognized_name',
  'tls_client_certificate',
  'tls_expired',
  'tls_not_yet_valid',
  'tls_chain_expired',
  'tls_self_signed',
  'tls_untrusted_root',
  'tls_missing_intermediate',
  'tls_untrusted',
  'tls_wrong_host',
  'tls_failed',
  'tls_closed',
  'tls_timeout',
  'connection_reset',
  'response_empty',
  'response_incomplete',
  'response_invalid',
  'body_incomplete',
  'timeout',
  'status_unexpected',
  'redirect_invalid',
  'too_many_redirects',
] as const
export type FailureCode = (typeof FAILURE_CODES)[number]

/** A foreseeable failure of the network or of the other side: data, not an exception. */
export interface Failure {
  /** Stable, machine-readable. */
  code: FailureCode
  /** For people. */
  message: string
  /** Where it happened; absent when every phase went well and the result is what fails. */
  phase?: Phase
}

/** Carries a failure through code that passes errors on, such as a stream. */
export class FailureError extends Error {
  override name = 'FailureError'

  constructor(readonly failure: Failure) {
    super(failure.message)
  }
}

/** What is answered instead of a result. */
export interface Refused {
  error: Failure
}

export const refused = (code: FailureCode, message: string): Refused => ({ error: { code, message } })

/** The parts of one exchange over the network, in order. */
export const PHASES = ['dns', 'connect', 'tls', 'first_byte', 'transfer'] as const
export type Phase = (typeof PHASES)[number]

const LATE: Record<Phase, [FailureCode, string]> = {
  dns: ['dns_timeout', 'The name was not resolved in time'],
  connect: ['connection_timeout', 'The connection was not accepted in time'],
  tls: ['tls_timeout', 'The TLS handshake was not done in time'],
  first_byte: ['timeout', 'No complete response head came in time'],
  transfer: ['timeout', 'The response did not end in time'],
}

/** Codes of getaddrinfo, of sockets and of Node's TLS and zlib, as what they mean for the one who asks. */
const CODES: Record<string, [FailureCode, string]> = {
  ENOTFOUND: ['dns_not_found', 'The name does not exist'],
  ENODATA: ['dns_not_found', 'The name has no address'],
  EAI_AGAIN: ['dns_failed', 'The name server gave no answer (temporary failure)'],
  EAI_FAIL: ['dns_failed', 'The name server refused or failed'],
  ECONNREFUSED: ['connection_refused', 'The connection was refused: nothing listens there'],
  ECONNRESET: ['connection_reset', 'The other side broke the connection'],
  EPIPE: ['connection_reset', 'The other side closed the connection'],
  ETIMEDOUT: ['connection_timeout', 'The connection was not accepted in time'],
  ECONNABORTED: ['connection_reset', 'The connection was aborted'],
  EHOSTDOWN: ['unreachable', 'That host is down'],
  ENETDOWN: ['unreachable', 'The network of this machine is down'],
  ENOPROTOOPT: ['unreachable', 'That host does not take TCP connections'],
  EHOSTUNREACH: ['unreachable', 'There is no way to that host'],
  ENETUNREACH: ['unreachable', 'There is no way to that network'],
  EADDRNOTAVAIL: ['unreachable', 'This machine has no address of that family'],
  EAFNOSUPPORT: ['unreachable', 'This machine has no address of that family'],
  EACCES: ['unreachable', 'A firewall of this machine forbids the connection'],
  EPERM: ['unreachable', 'A firewall of this machine forbids the connection'],
  EINVAL: ['unreachable', 'That address cannot be connected to'],
}
const PATTERNS: [RegExp, FailureCode, string][] = [
  [
    /^ERR_SSL_.*CERTIFICATE_REQUIRED|ALERT_NO_CERTIFICATE/,
    'tls_client_certificate',
    'The server asks for a client certificate',
  ],
  [
    /^ERR_SSL_(WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG)/,
    'tls_not_spoken',
    'The server does not speak TLS there',
  ],
  [
    /^ERR_SSL_.*NO_APPLICATION_PROTOCOL/,
    'tls_alpn',
    'The server does not speak HTTP/1.1 over TLS, which is all that is offered (ALPN); it may want HTTP/2',
  ],
  [/^ERR_SSL_.*UNRECOGNIZED_NAME/, 'tls_unrecognized_name', 'The server does not know that host name (SNI)'],
  [
    /^ERR_SSL_.*(PROTOCOL|VERSION|CIPHER)/,
    'tls_protocol',
    'No TLS version or cipher in common (at least TLS 1.2 is asked for)',
  ],
  [
    /^ERR_SSL_.*HANDSHAKE_FAILURE/,
    'tls_failed',
    'The server refused the handshake: it wants a client certificate, or there is no cipher in common',
  ],
  [/^(ERR_SSL_|ERR_TLS_|EPROTO)/, 'tls_failed', 'The TLS handshake failed'],
  [/^HPE_/, 'response_invalid', 'The answer is not valid HTTP'],
  [
    /^(Z_|ERR_BROTLI|ERR__ERROR_FORMAT|ERR_PADDING|ERR_STREAM_PREMATURE_CLOSE)/,
    'response_invalid',
    'The body cannot be decoded',
  ],
]

/**
 * Turns an error of a socket, the resolver or the parser into data.
 * @param signal the deadline the work ran under
 * @throws the reason when somebody cancelled, and the error itself when it is none of the network's (a bug, no free file descriptor)
 */
export function refusalOf(error: unknown, phase: Phase, signal: AbortSignal): Refused {
  if (isLate(signal)) return refused(...LATE[phase])
  if (signal.aborted) throw signal.reason
  if (error instanceof FailureError) return { error: error.failure }
  const code = codeOf(error)
  const known = CODES[code]
  if (known) return refused(known[0], `${known[1]} (${code})`)
  const match = PATTERNS.find(([pattern]) => pattern.test(code))
  if (match) return refused(match[1], `${match[2]} (${code})`)
  throw error
}

/** The code of a system error; empty for all else. Not by `instanceof`: errors of Node itself may come from another realm. */
export const codeOf = (error: unknown) =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
