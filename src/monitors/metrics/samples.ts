import { isIP } from 'node:net'
import type { CheckOutcome, CheckTls } from '../../contract/checks'
import type { MonitorType } from '../../contract/monitor-settings'
import type { Family, Sample } from './families'

/** What samples need of a check. */
export type Measured = Pick<CheckOutcome, 'status' | 'phases_ms' | 'status_code' | 'tls' | 'error' | 'details'>

/** Codes of failures by the content of an answer. */
const BY_CONTENT = new Set([
  'answer_unexpected',
  'greeting_unexpected',
  'header_mismatch',
  'json_mismatch',
  'keyword_found',
  'keyword_missing',
])

/**
 * What blackbox_exporter would have measured. Without `probe_success` if this machine was offline, because that says
 * nothing about the target.
 */
export function* samplesOf(type: MonitorType, check: Measured): Generator<Sample> {
  const { status, phases_ms, tls, details } = check
  if (status !== 'unknown') yield sample('probe_success', status === 'up')
  if (type === 'push') return
  yield sample('probe_dns_lookup_time_seconds', seconds(phases_ms.dns))
  const family = isIP(textOf(details.address))
  if (family) yield sample('probe_ip_protocol', family)
  yield* ofType[type](check)
  if (tls) yield* certificate(tls)
}

const ofType: Record<Exclude<MonitorType, 'push'>, (check: Measured) => Iterable<Sample>> = {
  *http({ phases_ms, status_code, tls, error, details }) {
    yield sample('probe_failed_due_to_regex', BY_CONTENT.has(error?.code ?? ''))
    yield sample('probe_http_status_code', status_code ?? 0)
    const { dns, connect, tls: handshake, first_byte, transfer } = phases_ms
    const phases = { resolve: dns, connect, tls: handshake, processing: first_byte, transfer }
    for (const [phase, ms] of Object.entries(phases))
      yield sample('probe_http_duration_seconds', seconds(ms), { phase })
    yield* numbers({
      probe_http_content_length: details.content_length,
      probe_http_uncompressed_body_length: details.bytes,
      probe_http_redirects: Array.isArray(details.redirects) ? details.redirects.length : undefined,
      probe_http_version: Number.parseFloat(textOf(details.http_version)),
    })
    yield sample('probe_http_ssl', tls !== null || textOf(details.url).startsWith('https:'))
  },
  *tcp({ error }) {
    yield sample('probe_failed_due_to_regex', BY_CONTENT.has(error?.code ?? ''))
  },
  *tls() {},
  *ping({ phases_ms, details }) {
    yield sample('probe_icmp_duration_seconds', seconds(phases_ms.dns), { phase: 'resolve' })
    yield sample('probe_icmp_duration_seconds', seconds(phases_ms.connect), { phase: 'setup' })
    // no round trip was measured if nothing came back
    if (phases_ms.first_byte !== null && details.received !== 0)
      yield sample('probe_icmp_duration_seconds', seconds(phases_ms.first_byte), { phase: 'rtt' })
  },
  *dns({ phases_ms, details }) {
    const phases = { resolve: phases_ms.dns, connect: phases_ms.connect, request: phases_ms.first_byte }
    for (const [phase, ms] of Object.entries(phases)) yield sample('probe_dns_duration_seconds', seconds(ms), { phase })
    yield* numbers({
      probe_dns_answer_rrs: Array.isArray(details.records) ? details.records.length : undefined,
      probe_dns_serial: details.serial,
    })
    yield sample('probe_dns_query_succeeded', textOf(details.rcode) !== '')
  },
}

function* certificate(tls: CheckTls): Generator<Sample> {
  yield sample('probe_ssl_earliest_cert_expiry', unixTime(tls.chain_expires_at))
  if (tls.verified_expires_at)
    yield sample('probe_ssl_last_chain_expiry_timestamp_seconds', unixTime(tls.verified_expires_at))
  yield sample('probe_ssl_last_chain_info', 1, {
    fingerprint_sha256: tls.fingerprint.replaceAll(':', '').toLowerCase(),
    subject: tls.subject,
    issuer: tls.issuer,
    subjectalternative: tls.names.map(name => name.replace(/^(DNS|IP Address):/, '')).join(','),
  })
  if (tls.protocol) yield sample('probe_tls_version_info', 1, { version: tls.protocol.replace(/^TLSv/, 'TLS ') })
}

function* numbers(values: { [Name in Family]?: unknown }): Generator<Sample> {
  for (const [family, value] of Object.entries(values))
    if (typeof value === 'number' && !Number.isNaN(value)) yield sample(family as Family, value)
}

const sample = (family: Family, value: number | boolean, labels?: Record<string, string>): Sample => ({
  family,
  value: Number(value),
  ...(labels && { labels }),
})

const unixTime = (time: string | Date) => Math.floor(new Date(time).getTime() / 1_000)
/** To the microsecond, so that floating point does not add digits. */
const seconds = (ms: number | null) => Math.round((ms ?? 0) * 1_000) / 1_000_000
const textOf = (value: unknown) => (typeof value === 'string' ? value : '')
