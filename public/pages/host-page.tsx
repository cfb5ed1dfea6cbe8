import { useSignal } from '@preact/signals'
import type { HostWithDetails } from '../../src/contract/hosts'
import { client, messageOf } from '../api'
import { ConfirmButton } from '../components/confirm-button'
import { Empty, Failure } from '../components/empty'
import { TabLinks } from '../components/tab-links'
import { Ago } from '../components/time'
import { FilesTab } from '../fleet/hosts/files-tab'
import { HistoryTab } from '../fleet/hosts/history-tab'
import { nameOf } from '../fleet/hosts/host'
import { HostState, Seen } from '../fleet/hosts/host-status'
import { HostWarnings } from '../fleet/hosts/host-warnings'
import { LabelsTab } from '../fleet/hosts/labels-tab'
import { LogTab } from '../fleet/hosts/log-tab'
import { QueryTab } from '../fleet/hosts/query-tab'
import { SameAgent } from '../fleet/hosts/same-agent'
import { ScheduledTab } from '../fleet/hosts/scheduled-tab'
import { type Refreshing, useHost } from '../fleet/hosts/use-host'
import { Vitals } from '../fleet/hosts/vitals'
import { navigate, search } from '../router'
import { isOperator } from '../session'
import { useTitle } from '../use-title'

const TABS = [
  ['query', 'Query'],
  ['history', 'History'],
  ['scheduled', 'Scheduled'],
  ['log', 'Log'],
  ['labels', 'Labels'],
  ['files', 'Files'],
] as const

/** A host: its vitals, queries, results, log, labels and files. */
export default function HostPage({ id }: { id: string }) {
  const { host, problem, read, refreshing, refresh } = useHost(id)
  useTitle(host.value ? nameOf(host.value) : '')
  if (!host.value) {
    if (problem.value === '') return <div class="page is-loading" aria-busy="true" />
    return (
      <div class="page">
        <Failure message={problem.value} onRetry={() => void read()} />
        <Empty title="Host not available">
          <a href="/hosts">Back to hosts</a>
        </Empty>
      </div>
    )
  }
  const shown = host.value
  return (
    <div class="page fleet host">
      <header class="page-head">
        <div class="job-title">
          <p class="crumbs">
            <a href="/hosts">Hosts</a>
            <span aria-hidden="true">/</span>
            <a href={`/hosts?platform=${encodeURIComponent(shown.platform)}`}>{shown.platform || 'unknown platform'}</a>
          </p>
          <h1>{nameOf(shown)}</h1>
        </div>
        <Actions host={shown} refreshing={refreshing.value} onRefresh={refresh} />
      </header>
      <HostWarnings host={shown} />
      <Summary host={shown} />
      <Vitals host={shown} />
      <Tabs host={shown} onChanged={() => void read()} />
    </div>
  )
}

function Summary({ host }: { host: HostWithDetails }) {
  const fields = [
    ['Status', <HostState key="status" host={host} />],
    ['Last seen', <Seen key="seen" host={host} />],
    ['Vitals updated', <Ago key="vitals" time={host.refreshed_at} />],
    ['Identifier', <code key="identifier">{host.host_identifier}</code>],
    ['osquery', host.osquery_version],
    ['Enrolled', <Ago key="enrolled" time={host.last_enrolled_at} />],
    ['Serial', host.hardware_serial],
    ['Container agent', host.hardware_uuid !== '' && <SameAgent key="agent" hardwareUuid={host.hardware_uuid} />],
    [
      'Labels',
      host.labels.length > 0 &&
        host.labels.map(label => (
          <a key={label.id} class="tag" href={`/hosts?label=${encodeURIComponent(label.name)}`}>
            {label.name}
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

interface ActionsProps {
  host: HostWithDetails
  refreshing: Refreshing
  onRefresh(): Promise<void>
}

function Actions({ host, refreshing, onRefresh }: ActionsProps) {
  const problem = useSignal('')
  const refresh = async () => {
    try {
      await onRefresh()
      problem.value = ''
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  const remove = async (reason: string) => {
    await client.delete('/api/hosts/{id}', { id: host.id, reason })
    navigate('/hosts')
  }
  if (!isOperator.value) return null
  return (
    <div class="job-actions">
      <button type="button" disabled={refreshing === 'waiting'} onClick={() => void refresh()}>
        Refresh
      </button>
      <ConfirmButton
        label="Delete"
        confirmLabel={`Delete ${nameOf(host)}`}
        effect="The host is removed from all lists. Its results are kept."
        done={`Host ${nameOf(host)} deleted`}
        onConfirm={remove}
      />
      <span class="hint" role="status">
        {refreshing === 'waiting' && 'Waiting for the host'}
        {refreshing === 'silent' && 'No answer yet. The host will be refreshed at its next check-in.'}
      </span>
      {problem.value !== '' && <Failure message={problem.value} />}
    </div>
  )
}

/** Query parameters belong to one tab, so the links to the others drop them. */
function Tabs({ host, onChanged }: { host: HostWithDetails; onChanged(): void }) {
  const given = new URLSearchParams(search.value).get('tab') ?? ''
  const tab = TABS.map(([name]) => name).find(name => name === given) ?? 'query'
  return (
    <>
      <TabLinks
        tabs={TABS}
        current={tab}
        hrefOf={name => `/hosts/${host.id}${name === 'query' ? '' : `?tab=${name}`}`}
      />
      {tab === 'query' && <QueryTab host={host} />}
      {tab === 'history' && <HistoryTab hostId={host.id} />}
      {tab === 'scheduled' && <ScheduledTab hostId={host.id} />}
      {tab === 'log' && <LogTab hostId={host.id} />}
      {tab === 'labels' && <LabelsTab host={host} onChanged={onChanged} />}
      {tab === 'files' && <FilesTab hostId={host.id} />}
    </>
  )
}
