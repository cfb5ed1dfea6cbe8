import { counted, formatBytes } from '../../text/numbers'
import { formatDate, formatDuration } from '../../text/times'
import { Moment } from '../components/time'

/** The phases of an HTTP request, in order. */
export const PHASES = [
  ['dns', 'DNS'],
  ['connect', 'Connect'],
  ['tls', 'TLS'],
  ['first_byte', 'First byte'],
  ['transfer', 'Transfer'],
] as const

export interface CheckResult {
  status: string
  latency_ms: number
  phases_ms: Partial<Record<(typeof PHASES)[number][0], number | null>>
  status_code: number | null
  tls: {
    valid: boolean
    subject?: string
    issuer?: string
    expires_at?: string
    days_left?: number
    protocol?: string
    cipher?: string
    chain_problem: string | null
  } | null
  redirects: Array<{ url: string; status: number }>
  url: string
  bytes: number | null
  error: { code: string; message: string } | null
}

/** The result of a health check, with the duration of each phase. */
export function Waterfall({ result }: { result: CheckResult }) {
  const { phases_ms, latency_ms, error } = result
  const whole = Math.max(latency_ms, 0.01)
  let at = 0
  return (
    <section class="check" aria-label="Check result">
      <p class={`check-verdict is-${result.status}`}>
        <strong>{result.status}</strong>
        {result.status_code !== null && <span>{result.status_code}</span>}
        <span>{formatDuration(latency_ms)}</span>
        {error && <span class="check-error">{error.message}</span>}
      </p>
      <div class="waterfall">
        {PHASES.map(([phase, name]) => {
          const ms = phases_ms[phase] ?? null
          const missing = isNotApplicable(phase, result.url) ? 'not used' : 'not reached'
          const left = (at / whole) * 100
          at += ms ?? 0
          return (
            <div key={phase} class={`phase is-${phase}${ms === null ? ' is-skipped' : ''}`}>
              <span class="phase-name">{name}</span>
              <span class="phase-track" aria-hidden="true">
                {ms !== null && (
                  <span class="phase-bar" style={{ left: `${left}%`, width: `max(2px, ${(ms / whole) * 100}%)` }} />
                )}
              </span>
              <span class="phase-took">{ms === null ? missing : `${ms.toFixed(ms < 10 ? 2 : 1)} ms`}</span>
            </div>
          )
        })}
      </div>
      <Facts result={result} />
    </section>
  )
}

/** Whether the URL does not need a phase: plain HTTP has no TLS, and IP addresses need no DNS. */
function isNotApplicable(phase: (typeof PHASES)[number][0], url: string): boolean {
  if (phase === 'tls') return url.startsWith('http:')
  return phase === 'dns' && /^https?:\/\/(\[|\d{1,3}(\.\d{1,3}){3}(?=[:/]|$))/.test(url)
}

function Facts({ result }: { result: CheckResult }) {
  const { tls, redirects, url, bytes } = result
  return (
    <dl class="facts">
      {tls && (
        <div>
          <dt>Certificate</dt>
          <dd class={tls.valid ? 'is-good' : 'is-bad'}>
            {tls.valid ? 'valid' : `invalid: ${describeProblem(tls.chain_problem)}`}
            {tls.subject && `, for ${tls.subject}`}
            {tls.issuer && `, issued by ${tls.issuer}`}
            {tls.expires_at && (
              <>
                , expires <Moment time={tls.expires_at}>{formatDate(tls.expires_at)}</Moment>
              </>
            )}
            {tls.days_left !== undefined && ` (${counted(tls.days_left, 'day')})`}
          </dd>
        </div>
      )}
      {tls?.protocol && (
        <div>
          <dt>TLS</dt>
          <dd>
            {tls.protocol}, {tls.cipher}
          </dd>
        </div>
      )}
      {redirects.length > 0 && (
        <div>
          <dt>Redirects</dt>
          <dd>
            <ol class="redirects">
              {redirects.map((hop, at) => (
                <li key={at}>
                  <b>{hop.status}</b> {hop.url}
                </li>
              ))}
              <li>{url}</li>
            </ol>
          </dd>
        </div>
      )}
      {bytes !== null && (
        <div>
          <dt>Body</dt>
          <dd>{formatBytes(bytes)}</dd>
        </div>
      )}
    </dl>
  )
}

/** `tls_self_signed` as readable text. */
const describeProblem = (code: string | null) => code?.replace(/^tls_/, '').replaceAll('_', ' ') ?? 'unknown reason'

/** Whether the result of a job is that of a health check. */
export const isCheckResult = (result: unknown): result is CheckResult =>
  result !== null && typeof result === 'object' && 'phases_ms' in result && 'latency_ms' in result
