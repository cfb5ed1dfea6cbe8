import type { Certificate } from '../../base/certificate'
import type { Failure, Phase } from '../../base/failure'
import type { CheckWarning } from './warnings'

/** What is kept and shown of a certificate. */
export interface TlsFacts {
  valid: boolean
  subject: string
  issuer: string
  names: string[]
  valid_from: string
  expires_at: string
  days_left: number
  /** The earliest end in the whole chain. */
  chain_expires_at: string
  fingerprint: string
  protocol: string
  cipher: string
  /** A code such as `tls_expired`; null when the chain is good. */
  chain_problem: string | null
}

/** The outcome of one check. `down` is an outcome like any other, not an error of the job. */
export interface HttpOutcome {
  status: 'up' | 'down'
  checked_at: string
  /** All phases together, redirects included: what a visitor would have waited for. */
  latency_ms: number
  /** Summed over all redirects. null: that phase was never reached. */
  phases_ms: Record<Phase, number | null>
  /** Of the last response. */
  status_code: number | null
  /** Of the last address, when it is https and the handshake came to a certificate. */
  tls: TlsFacts | null
  /** Each address that redirected, with its status. */
  redirects: { url: string; status: number }[]
  /** The last address that was asked. */
  url: string
  /** Of the last body after decompression, at most 1 MiB; null when none was read. */
  bytes: number | null
  truncated: boolean
  /** What is wrong and did not keep the check from going on, redirects included: the first of each code. */
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
