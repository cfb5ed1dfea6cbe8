import type { Certificate } from '../../base/certificate'
import type { Failure, Phase } from '../../base/failure'
import type { CheckWarning } from './warnings'

/** What is stored and shown of a certificate. */
export interface TlsFacts {
  valid: boolean
  subject: string
  issuer: string
  names: string[]
  valid_from: string
  expires_at: string
  days_left: number
  /** The earliest expiry in the whole chain. */
  chain_expires_at: string
  fingerprint: string
  protocol: string
  cipher: string
  /** A code such as `tls_expired`; null if the chain is valid. */
  chain_problem: string | null
}

/** The outcome of one check. `down` is an outcome like any other, not an error of the job. */
export interface HttpOutcome {
  status: 'up' | 'down'
  checked_at: string
  /** All phases together, including redirects: what a visitor would have waited for. */
  latency_ms: number
  /** Summed over all redirects; null for phases that were never reached. */
  phases_ms: Record<Phase, number | null>
  /** The status of the last response. */
  status_code: number | null
  /** The certificate of the last URL, if it is https and the handshake got as far as a certificate. */
  tls: TlsFacts | null
  /** Each URL that redirected, with its status. */
  redirects: { url: string; status: number }[]
  /** The last URL that was requested. */
  url: string
  /** Size of the last body after decompression, at most 1 MiB; null if none was read. */
  bytes: number | null
  truncated: boolean
  /** Problems that did not stop the check, including those of redirects: the first of each code. */
  warnings: CheckWarning[]
  error: Failure | null
}

export function tlsFacts(certificate: Certificate, protocol = '', cipher = ''): TlsFacts {
  return {
    valid: certificate.problem === undefined,
    subject: certificate.subject,
    issuer: certificate.issuer,
    names: certificate.names,
    valid_from: certificate.validFrom.toISOString(),
    expires_at: certificate.expiresAt.toISOString(),
    days_left: certificate.daysLeft,
    chain_expires_at: certificate.chainExpiresAt.toISOString(),
    fingerprint: certificate.fingerprint,
    protocol,
    cipher,
    chain_problem: certificate.problem?.code ?? null,
  }
}
