import type { Handshake } from '../../base/handshake'
import type { CheckOutcome, CheckTls } from '../../contract/checks'

/** What is found out about a web server, besides what all checks find out. */
export interface HttpFindings {
  /** The last URL that was requested. */
  url: string
  /** Each URL that redirected, with its status. */
  redirects: { url: string; status: number }[]
  /** The version of HTTP in which it was requested. */
  version: '1.1' | '2' | null
  /** Headers of the last response; null if none came. */
  headers: NodeJS.Dict<string[]> | null
  /** Size of the last body after decompression, up to the limit; null if none was read. */
  bytes: number | null
  truncated: boolean
  /** The beginning of the last body. */
  start: Buffer
}

export const emptyFindings = (url: string): HttpFindings => ({
  url,
  redirects: [],
  version: null,
  headers: null,
  bytes: null,
  truncated: false,
  start: Buffer.alloc(0),
})

/** The result of a health check. `down` is an outcome like any other, not an error of the job. */
export interface HttpOutcome
  extends Omit<CheckOutcome, 'details' | 'answer' | 'latency_ms'>,
    Pick<HttpFindings, 'url' | 'redirects' | 'bytes' | 'truncated'> {
  /** All phases together, including redirects: what a visitor would have waited for. */
  latency_ms: number
}

/** What is stored and shown of a certificate. */
export function tlsFacts({ certificate, protocol, cipher, problems }: Handshake): CheckTls {
  const [problem] = certificate.problems
  return {
    valid: problem === undefined,
    subject: certificate.subject,
    issuer: certificate.issuer,
    names: certificate.names,
    valid_from: certificate.validFrom.toISOString(),
    expires_at: certificate.expiresAt.toISOString(),
    days_left: certificate.daysLeft,
    chain_expires_at: certificate.chainExpiresAt.toISOString(),
    verified_expires_at: certificate.verifiedExpiresAt?.toISOString() ?? null,
    fingerprint: certificate.fingerprint,
    protocol,
    cipher,
    chain_problem: problem?.code ?? null,
    problems: problems.map(({ message }) => message),
  }
}
