import { useSignal } from '@preact/signals'
import '../css/monitors.page.css'
import type { Monitor } from '../../src/contract/monitors'
import { HISTORY_WINDOWS } from '../../src/contract/values'
import { Empty, Failure } from '../components/empty'
import { CertificateFacts } from '../monitors/certificate'
import { CheckList } from '../monitors/check-list'
import { CheckNow } from '../monitors/check-now'
import { LatencyCharts } from '../monitors/latency-charts'
import { MonitorActions } from '../monitors/monitor-actions'
import { MonitorAlerts } from '../monitors/monitor-alerts'
import { MonitorSummary } from '../monitors/monitor-summary'
import { Outages } from '../monitors/outages'
import { PushAddress } from '../monitors/push-address'
import { UptimePanel } from '../monitors/uptime-panel'
import { type MonitorReads, useMonitor } from '../monitors/use-monitor'
import { TYPE_NAMES } from '../monitors/words'
import { search } from '../router'
import { isOperator } from '../session'
import { useTitle } from '../use-title'

/** A monitor: how it is now, how it was, and what was found. */
export default function MonitorPage({ id }: { id: string }) {
  const query = new URLSearchParams(search.value)
  const window = HISTORY_WINDOWS.find(each => each === query.get('window')) ?? '24h'
  const onlyFailures = query.get('failures') === '1'
  const reads = useMonitor(id, window, onlyFailures)
  const { monitor, uptime, latency, rules, alerts } = reads
  if (monitor.isMissing.value) return <NoSuchMonitor />
  const found = monitor.value.value
  const isComplete = [uptime, latency, rules, alerts].every(({ value, problem }) => value.value || problem.value !== '')
  if (found && isComplete) {
    return <MonitorView monitor={found} {...{ reads, window, onlyFailures }} />
  }
  return (
    <div class="page is-loading" aria-busy={monitor.problem.value === ''}>
      {monitor.problem.value !== '' && <Failure message={monitor.problem.value} onRetry={() => void monitor.read()} />}
    </div>
  )
}

function NoSuchMonitor() {
  useTitle('No such monitor')
  return (
    <div class="page">
      <Empty title="No such monitor">
        <p>It was deleted, or its address is incomplete.</p>
        <a href="/monitors">All monitors</a>
      </Empty>
    </div>
  )
}

const MARKS: Record<Monitor['status'], string> = { up: '✓', down: '✕', pending: '◌', paused: '‖' }

interface MonitorViewProps {
  monitor: Monitor
  reads: MonitorReads
  window: (typeof HISTORY_WINDOWS)[number]
  onlyFailures: boolean
}

function MonitorView({ monitor, reads, window, onlyFailures }: MonitorViewProps) {
  const { uptime, latency, rules, alerts, checks, take } = reads
  const checkJob = useSignal('')
  const address = useSignal('')
  const { name, type, target, status, last_check } = monitor
  useTitle(`${MARKS[status]} ${name}`)
  const problem = [uptime, latency, rules, alerts].map(each => each.problem.value).find(each => each !== '')
  return (
    <div class="page monitor-page">
      <header class="page-head">
        <div class="job-title">
          <p class="crumbs">
            <a href="/monitors">Monitors</a>
            <span aria-hidden="true">/</span>
            <a href={`/monitors?type=${type}`}>{TYPE_NAMES[type]}</a>
          </p>
          <h1>{name}</h1>
          <p class="alert-lead">{target}</p>
        </div>
        {isOperator.value && (
          <MonitorActions
            monitor={monitor}
            onChanged={take}
            onCheck={job => (checkJob.value = job)}
            onAddress={url => (address.value = url)}
          />
        )}
      </header>
      {problem && <Failure message={problem} />}
      {address.value !== '' && <PushAddress url={address.value} onClose={() => (address.value = '')} />}
      {checkJob.value !== '' && (
        <CheckNow key={checkJob.value} jobId={checkJob.value} onClose={() => (checkJob.value = '')} />
      )}
      <MonitorSummary monitor={monitor} />
      {status === 'down' && last_check?.error && (
        <p class="failure">
          <span>
            {last_check.error.message} <code>{last_check.error.code}</code>
          </span>
        </p>
      )}
      {uptime.value.value && <UptimePanel uptime={uptime.value.value} window={window} />}
      {type !== 'push' && latency.value.value && <LatencyCharts latency={latency.value.value} />}
      <div class="panels">
        <MonitorAlerts
          monitor={monitor}
          alerts={alerts.value.value?.items ?? []}
          rules={rules.value.value?.items ?? []}
          onRule={() => void rules.read()}
        />
        <Outages outages={uptime.value.value?.outages ?? []} />
        {last_check?.tls && (
          <section class="panel monitor-certificate-panel" aria-label="Certificate">
            <h2>Certificate</h2>
            <CertificateFacts tls={last_check.tls} />
          </section>
        )}
      </div>
      <CheckList list={checks} onlyFailures={onlyFailures} />
    </div>
  )
}
