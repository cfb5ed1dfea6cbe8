import type { Certificate as Name } from 'node:tls'
import type { Failure } from '../../../../base/failure'
import type { Handshake } from '../../../../base/handshake'
import type { MonitorSettings } from '../../../../contract/monitor-settings'

const DAY_MS = 86_400_000
const VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']

/** What is not as the settings of a monitor want it, although it may be valid. */
export function wishesFailed(facts: Handshake, issuer: Name, settings: MonitorSettings['tls']): Failure[] {
  return [
    versionFailure(facts.protocol, settings.min_version),
    issuerFailure(issuer, settings.issuer),
    expiryFailure(facts, settings.days_left_min),
  ].filter(failure => failure !== undefined)
}

function versionFailure(protocol: string, wanted: string | undefined): Failure | undefined {
  if (wanted === undefined || VERSIONS.indexOf(protocol) >= VERSIONS.indexOf(wanted)) return undefined
  return { code: 'tls_protocol', message: `The server speaks ${protocol} at best; expected ${wanted} or newer` }
}

/** Compares with all parts of the name, because the one that people know is sometimes the organization. */
function issuerFailure(issuer: Name, wanted: string | undefined): Failure | undefined {
  const parts = Object.values(issuer).flatMap(part => part ?? [])
  if (wanted === undefined || parts.some(part => part.toLowerCase().includes(wanted.toLowerCase()))) return undefined
  return { code: 'tls_issuer_unexpected', message: `The certificate is by "${parts.join(', ')}"; expected "${wanted}"` }
}

function expiryFailure({ certificate }: Handshake, daysMin: number | undefined): Failure | undefined {
  const { expiresAt, verifiedExpiresAt = expiresAt } = certificate
  const first = Math.min(verifiedExpiresAt.getTime(), expiresAt.getTime())
  const daysLeft = Math.floor((first - Date.now()) / DAY_MS)
  if (daysMin === undefined || daysLeft < 0 || daysLeft >= daysMin) return undefined // expired: has its own code
  const what = first === expiresAt.getTime() ? 'The certificate' : 'Another certificate of the chain'
  return { code: 'tls_expires_soon', message: `${what} expires in ${daysLeft} days; at least ${daysMin} were wanted` }
}
