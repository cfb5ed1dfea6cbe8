import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import type { MonitorItem } from '../../src/contract/monitors'
import { formatCount } from '../../text/numbers'
import { formatDuration } from '../../text/times'
import { now } from '../clock'
import { Empty, Failure } from '../components/empty'
import '../css/monitor-panels.page.css'
import { watch } from '../live'
import { isOperator } from '../session'
import { useFetch } from '../use-fetch'
import { useThrottle } from '../use-throttle'
import { Expiry } from './expiry'
import { monitorNewsIn } from './monitor-news'
import { expiryWords } from './words'

const ROWS = 5
const POLL_MS = 15_000
const REFRESH_MS = 500

/** Monitors that are down, slow, or whose certificates expire soon. */
export function MonitorPanels() {
  const down = useFetch('/api/monitors', { status: 'down', limit: ROWS }, { pollMs: POLL_MS })
  const slowest = useFetch('/api/monitors', { sort: '-latency', limit: ROWS }, { pollMs: POLL_MS })
  const expiring = useFetch('/api/monitors', { sort: 'tls_expires_at', limit: ROWS }, { pollMs: POLL_MS })
  const soon = useThrottle(REFRESH_MS, () => void down.read())
  useEffect(
    () =>
      watch('events', {
        onEvent: event => {
          if (monitorNewsIn(event)?.type === 'monitor_status') soon()
        },
        onGap: soon,
      }),
    [soon],
  )
  const [page, slow, certificates] = [down, slowest, expiring].map(each => each.value.value)
  const problem = [down, slowest, expiring].map(each => each.problem.value).find(each => each !== '')
  if (!page || !slow || !certificates) {
    if (problem) return <Failure message={problem} onRetry={() => void down.read()} />
    return <Placeholder />
  }
  if (Object.values(page.counts).every(count => count === 0)) return <NoneYet />
  const slowOnes = slow.items.filter(({ latency_ms }) => latency_ms !== null)
  const soonOnes = certificates.items.filter(({ tls_expires_at }) => expiryWords(tls_expires_at, now.value) !== null)
  return (
    <div class="panels monitor-panels">
      <Panel title="Down now" href="/monitors?status=down" count={page.counts.down} none="Nothing is down">
        {page.items.map(monitor => (
          <Line key={monitor.id} monitor={monitor}>
            <span class="is-bad">{formatDuration(now.value - Date.parse(monitor.status_since))}</span>
          </Line>
        ))}
      </Panel>
      <Panel title="Slowest" href="/monitors?sort=-latency" none="Nothing was measured yet">
        {slowOnes.map(monitor => (
          <Line key={monitor.id} monitor={monitor}>
            {formatDuration(monitor.latency_ms)}
          </Line>
        ))}
      </Panel>
      <Panel title="Certificates" href="/monitors?sort=tls_expires_at" none="None expires within 30 days">
        {soonOnes.map(monitor => (
          <Line key={monitor.id} monitor={monitor}>
            <Expiry at={monitor.tls_expires_at} />
          </Line>
        ))}
      </Panel>
    </div>
  )
}

interface PanelProps {
  title: string
  href: string
  count?: number
  /** Shown when there are no lines. */
  none: string
  children: ComponentChildren[]
}

const Panel = ({ title, href, count, none, children }: PanelProps) => (
  <section class="panel" aria-label={title}>
    <h2>
      <a href={href}>{title}</a>
      {count !== undefined && count > 0 && <span class="badge is-bad">{formatCount(count)}</span>}
    </h2>
    {children.length === 0 ? <p class="hint">{none}</p> : <ul class="lines">{children}</ul>}
  </section>
)

const Line = ({ monitor: { id, name, error }, children }: { monitor: MonitorItem; children: ComponentChildren }) => (
  <li title={error?.message}>
    <a class="line-name" href={`/monitors/${id}`}>
      {name}
    </a>
    <span class="line-value">{children}</span>
  </li>
)

const Placeholder = () => (
  <div class="panels monitor-panels" aria-busy="true">
    {Array.from({ length: 3 }, (_, at) => (
      <div key={at} class="panel" />
    ))}
  </div>
)

const NoneYet = () => (
  <section class="panel" aria-label="Monitors">
    <Empty title="Nothing is monitored yet">
      {isOperator.value && (
        <p class="in-text">
          <a href="/monitors/new">Add a monitor</a> that checks a website, port, name or certificate.
        </p>
      )}
    </Empty>
  </section>
)
