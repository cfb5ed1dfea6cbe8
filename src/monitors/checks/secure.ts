import type { Socket } from 'node:net'
import type { HandshakeOptions, Secured } from '../../base/handshake'
import type { CheckTls } from '../../contract/checks'
import type { Attempt } from './attempt'
import { tlsFacts } from './outcome'
import { warn } from './warnings'

/** Certificates that expire sooner cause a warning. */
const DAYS_LEFT_MIN = 21

/**
 * Starts TLS on a connection: the phase `tls`. The certificate is noted in the outcome and logged, also if it is why
 * this fails.
 * @param hop the number of redirects before this connection
 * @throws Down
 */
export function secure(
  raw: Socket,
  host: string,
  options: HandshakeOptions,
  attempt: Attempt,
  hop = 0,
): Promise<Secured> {
  return attempt.phases.run<Secured>(
    'tls',
    hop,
    async () => {
      const result = await attempt.outbound.secure(raw, host, attempt.signal, options)
      if (result.facts) {
        attempt.outcome.tls = tlsFacts(result.facts)
        await logCertificate(attempt.outcome.tls, attempt)
      }
      return result
    },
    ({ facts: { protocol, cipher } }) => `${protocol} with ${cipher}`,
  )
}

function logCertificate(tls: CheckTls, { outcome, trace }: Attempt) {
  const dates = `valid until ${tls.expires_at.slice(0, 10)} (${tls.days_left} days left)`
  const message = `certificate of "${tls.subject}" by "${tls.issuer}", ${dates}`
  if (!tls.valid || tls.days_left >= DAYS_LEFT_MIN) return trace.log('info', message, { ...tls })
  return warn({ code: 'certificate_expires_soon', message }, outcome, trace, { ...tls })
}
