import type { CheckTls } from '../../src/contract/checks'
import { counted } from '../../text/numbers'
import { Moment } from '../components/time'

const DAY_MS = 86_400_000

/** What a certificate says, and what is wrong with it. */
export function CertificateFacts({ tls }: { tls: CheckTls }) {
  const { subject, issuer, names, valid_from, expires_at, chain_expires_at, verified_expires_at, days_left } = tls
  const facts = [
    ['Subject', subject],
    ['Names', names.join(', ')],
    ['Issuer', issuer],
    ['Valid from', <Moment key="from" time={valid_from} />],
    ['Expires', <Expires key="to" at={expires_at} days={days_left} />],
    // They differ when a server sends an old certificate along with its own.
    ['Served chain', chain_expires_at !== expires_at && <Expires key="chain" at={chain_expires_at} />],
    [
      'Verified chain',
      verified_expires_at === null ? 'none can be verified' : <Expires key="verified" at={verified_expires_at} />,
    ],
    ['Protocol', [tls.protocol, tls.cipher].filter(Boolean).join(', ')],
    ['Fingerprint', <code key="fingerprint">{tls.fingerprint}</code>],
  ] as const
  return (
    <>
      {tls.problems.length > 0 && (
        <ul class="certificate-problems">
          {tls.problems.map(problem => (
            <li key={problem} class={tls.valid ? 'notice' : 'failure'}>
              {problem}
            </li>
          ))}
        </ul>
      )}
      <dl class="facts is-first">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </>
  )
}

function Expires({ at, days = Math.floor((Date.parse(at) - Date.now()) / DAY_MS) }: { at: string; days?: number }) {
  const whole = Math.floor(days)
  return (
    <>
      <Moment time={at} />{' '}
      <span class={whole < 7 ? 'is-bad' : whole < 30 ? 'is-warn' : 'hint'}>
        {whole < 0 ? `expired ${counted(-whole, 'day')} ago` : `in ${counted(whole, 'day')}`}
      </span>
    </>
  )
}
