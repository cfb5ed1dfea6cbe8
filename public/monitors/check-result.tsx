import type { CheckOutcome } from '../../src/contract/checks'
import { formatDuration } from '../../text/times'
import { CertificateFacts } from './certificate'
import { CheckAnswerView } from './check-answer'
import { PhaseBar, PhaseKeys } from './phase-bar'

/** Everything that a check has found out. */
export function CheckResult({ check }: { check: CheckOutcome }) {
  const { error, warnings, phases_ms, latency_ms, status_code, tls, answer, details } = check
  const facts = [
    ['Time', latency_ms === null ? '' : formatDuration(latency_ms)],
    ['Status code', status_code === null ? '' : String(status_code)],
    ['Failed in', error?.phase ?? ''],
    ...Object.entries(details).map(([name, value]) => [titleOf(name), textOf(value)] as const),
  ].filter(([, value]) => value !== '')
  return (
    <div class="check-result">
      {error && (
        <p class="failure">
          <span>
            {error.message} <code>{error.code}</code>
          </span>
        </p>
      )}
      {warnings.map(({ code, message }) => (
        <p key={code} class="notice">
          {message}
        </p>
      ))}
      {latency_ms !== null && (
        <div>
          <PhaseBar phases={phases_ms} />
          <PhaseKeys phases={phases_ms} />
        </div>
      )}
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {tls && (
        <section aria-label="Certificate">
          <h3>Certificate</h3>
          <CertificateFacts tls={tls} />
        </section>
      )}
      {answer && <CheckAnswerView answer={answer} />}
    </div>
  )
}

/** `ip_family` is `IP family`. */
const titleOf = (name: string) => {
  const words = name.replaceAll('_', ' ').replace(/\b(ip|http|dns|tls|url|ttl)\b/g, short => short.toUpperCase())
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(textOf).join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
