import { isLate } from './deadline'

/** All ways a network exchange can fail, ordered by phase. Explained in docs/health-checks.md. */
export const FAILURE_CODES = [
  'dns_name_invalid',
  'dns_not_found',
  'dns_failed',
  'dns_timeout',
  'dns_nxdomain',
  'dns_servfail',
  'dns_refused',
  'dns_rcode',
  'dns_no_records',
  'dns_records_unexpected',
  'dns_truncated',
  'dns_answer_invalid',
  'blocked_address',
  'connection_refused',
  'connection_timeout',
  'unreachable',
  'starttls_unsupported',
  'greeting_unexpected',
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
  'tls_weak_key',
  'tls_weak_signature',
  'tls_issuer_unexpected',
  'tls_expires_soon',
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
  'answer_unexpected',
  'header_mismatch',
  'keyword_missing',
  'keyword_found',
  'body_invalid',
  'json_mismatch',
  'redirect_invalid',
  'too_many_redirects',
  'packets_lost',
  'ping_unavailable',
] as const
export type FailureCode = (typeof FAILURE_CODES)[number]

/** An expected failure of the network or the server: data, not an exception. */
export interface Failure {
  /** Stable and machine-readable. */
  code: FailureCode
  /** Human-readable. */
  message: string
  /** Where it happened; absent if all phases succeeded and only the result is wrong. */
  phase?: Phase
}

/** Wraps a failure for code that passes errors, such as streams. */
export class FailureError extends Error {
  override name = 'FailureError'

  constructor(readonly failure: Failure) {
    super(failure.message)
  }
}

/** Returned instead of a result. */
export interface Refused {
  error: Failure
}

export const refused = (code: FailureCode, message: string): Refused => ({ error: { code, message } })

/** The phases of a network exchange, in order. */
export const PHASES = ['dns', 'connect', 'tls', 'first_byte', 'transfer'] as const
export type Phase = (typeof PHASES)[number]

const TIMEOUTS: Record<Phase, [FailureCode, string]> = {
  dns: ['dns_timeout', 'The host name was not resolved in time'],
  connect: ['connection_timeout', 'The connection was not accepted in time'],
  tls: ['tls_timeout', 'The TLS handshake was not completed in time'],
  first_byte: ['timeout', 'The server did not send a complete response head in time'],
  transfer: ['timeout', 'The response was not completed in time'],
}

/** What error codes of getaddrinfo, sockets, and Node's TLS and zlib mean for a check. */
const CODES: Record<string, [FailureCode, string]> = {
  ENOTFOUND: ['dns_not_found', 'The host name does not exist'],
  ENODATA: ['dns_not_found', 'The host name has no address'],
  EAI_AGAIN: ['dns_failed', 'The name server did not answer (temporary failure)'],
  EAI_FAIL: ['dns_failed', 'The name server refused the query or failed'],
  ECONNREFUSED: ['connection_refused', 'The connection was refused: nothing listens on that port'],
  ECONNRESET: ['connection_reset', 'The server reset the connection'],
  EPIPE: ['connection_reset', 'The server closed the connection'],
  ETIMEDOUT: ['connection_timeout', 'The connection was not accepted in time'],
  ECONNABORTED: ['connection_reset', 'The connection was aborted'],
  EHOSTDOWN: ['unreachable', 'The host is down'],
  ENETDOWN: ['unreachable', 'The network of this machine is down'],
  ENOPROTOOPT: ['unreachable', 'The host does not accept TCP connections'],
  EHOSTUNREACH: ['unreachable', 'There is no route to the host'],
  ENETUNREACH: ['unreachable', 'There is no route to the network of the host'],
  EADDRNOTAVAIL: ['unreachable', 'This machine has no address of that family (IPv4 or IPv6)'],
  EAFNOSUPPORT: ['unreachable', 'This machine has no address of that family (IPv4 or IPv6)'],
  EACCES: ['unreachable', 'A firewall on this machine blocks the connection'],
  EPERM: ['unreachable', 'A firewall on this machine blocks the connection'],
  EINVAL: ['unreachable', 'Connections to that address are not possible'],
}
const PATTERNS: [RegExp, FailureCode, string][] = [
  [
    /^ERR_SSL_.*CERTIFICATE_REQUIRED|ALERT_NO_CERTIFICATE/,
    'tls_client_certificate',
    'The server requires a client certificate',
  ],
  [
    /^ERR_SSL_.*ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED)/,
    'tls_client_certificate',
    'The server refused the client certificate, or requires one',
  ],
  [
    /^ERR_SSL_(WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG)/,
    'tls_not_spoken',
    'The server does not speak TLS on that port',
  ],
  [
    /^ERR_SSL_.*NO_APPLICATION_PROTOCOL/,
    'tls_alpn',
    'The server does not accept HTTP/1.1 over TLS (ALPN); it may require HTTP/2',
  ],
  [/^ERR_SSL_.*UNRECOGNIZED_NAME/, 'tls_unrecognized_name', 'The server does not know the host name (SNI)'],
  [
    /^ERR_SSL_.*(PROTOCOL|VERSION|CIPHER)/,
    'tls_protocol',
    'The server has no TLS version or cipher in common with this client (TLS 1.2 or newer)',
  ],
  [
    /^ERR_SSL_.*HANDSHAKE_FAILURE/,
    'tls_failed',
    'The server refused the TLS handshake: it requires a client certificate, or there is no common cipher',
  ],
  [/^(ERR_SSL_|ERR_TLS_|EPROTO)/, 'tls_failed', 'The TLS handshake failed'],
  [/^HPE_/, 'response_invalid', 'The response is not valid HTTP'],
  [
    /^(Z_|ERR_BROTLI|ERR__ERROR_FORMAT|ERR_PADDING|ERR_STREAM_PREMATURE_CLOSE)/,
    'response_invalid',
    'The response body cannot be decoded',
  ],
]

/**
 * Converts an error of a socket, the resolver or the parser to a failure.
 * @param signal the deadline of the work
 * @throws the abort reason after a cancellation, and the error itself if it is not a network error (a bug, out of file descriptors)
 */
export function refusalOf(error: unknown, phase: Phase, signal: AbortSignal): Refused {
  if (isLate(signal)) return refused(...TIMEOUTS[phase])
  if (signal.aborted) throw signal.reason
  if (error instanceof FailureError) return { error: error.failure }
  const code = codeOf(error)
  const known = CODES[code]
  if (known) return refused(known[0], `${known[1]} (${code})`)
  const match = PATTERNS.find(([pattern]) => pattern.test(code))
  if (match) return refused(match[1], `${match[2]} (${code})`)
  throw error
}

/** The code of a system error, or an empty string. No `instanceof`: Node's own errors may come from another realm. */
export const codeOf = (error: unknown) =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
