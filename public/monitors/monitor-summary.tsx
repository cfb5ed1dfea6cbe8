import type { Monitor } from '../../src/contract/monitors'
import { counted } from '../../text/numbers'
import { formatDuration } from '../../text/times'
import { now } from '../clock'
import { Ago, Moment } from '../components/time'
import { Expiry } from './expiry'
import { monitorSearchOf } from './filters'
import { MonitorStatusMark } from './monitor-status'
import { labelTexts, settingWords } from './words'

/** How a monitor is now, and how it is checked. */
export function MonitorSummary({ monitor }: { monitor: Monitor }) {
  const { status, status_since, last_check, next_check_at, labels, enabled } = monitor
  const fields = [
    ['Status', <MonitorStatusMark key="status" status={status} />],
    ['For', <Lasting key="for" since={status_since} />],
    ['Last check', <Ago key="last" time={last_check?.checked_at ?? null} />],
    ['Latency', formatDuration(last_check?.latency_ms)],
    [monitor.type === 'push' ? 'Heartbeat due' : 'Next check', enabled && <Due key="next" at={next_check_at} />],
    ['How', howWords(monitor)],
    ['Certificate', last_check?.tls && <Expiry key="tls" at={last_check.tls.expires_at} />],
    [
      'Labels',
      Object.keys(labels).length > 0 &&
        labelTexts(labels).map(text => (
          <a key={text} class="tag" href={`/monitors${monitorSearchOf({ label: [text] })}`}>
            {text}
          </a>
        )),
    ],
  ] as const
  return (
    <dl class="summary">
      {fields
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}

const Lasting = ({ since }: { since: string }) => (
  <Moment time={since}>{formatDuration(Math.max(0, now.value - Date.parse(since)))}</Moment>
)

/** How long it is until then. */
function Due({ at }: { at: string | null }) {
  if (at === null) return null
  const leftMs = Date.parse(at) - now.value
  return <Moment time={at}>{leftMs < 1_000 ? 'now' : `in ${settingWords(Math.round(leftMs / 1_000) * 1_000)}`}</Moment>
}

function howWords({ type, interval_seconds, timeout_ms, retries, confirm_up, settings }: Monitor): string {
  const every = `every ${settingWords(interval_seconds * 1_000)}`
  if (type === 'push') return typeof settings.cron === 'string' ? settings.cron : every
  const parts = [every, `at most ${settingWords(timeout_ms)}`]
  if (retries > 0) parts.push(counted(retries, 'retry', 'retries'))
  if (confirm_up > 1) parts.push(`up after ${confirm_up} successes`)
  return parts.join(', ')
}
