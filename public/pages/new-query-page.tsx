import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { counted } from '../../text/numbers'
import { client, messageOf } from '../api'
import { Empty, Failure } from '../components/empty'
import { type Draft, draftAddress, draftOf, hasNoTargets, sentTargets } from '../fleet/query/draft'
import { SaveQuery } from '../fleet/query/save-query'
import { countTargets } from '../fleet/query/target-count'
import { TargetsPicker } from '../fleet/query/targets-picker'
import { useGroups } from '../fleet/query/use-groups'
import { SavedQueryChoice } from '../fleet/saved-query-choice'
import { SqlEditor } from '../fleet/sql-editor'
import { navigate } from '../router'

const DEADLINES: Array<[seconds: number, name: string]> = [
  [60, '1 minute'],
  [300, '5 minutes'],
  [3_600, '1 hour'],
  [86_400, '1 day'],
  [604_800, '7 days'],
]
/** The draft is written to the URL after a pause in typing. */
const DEBOUNCE_MS = 400

/** Where operators write a query, choose its targets and run it. */
export default function NewQueryPage() {
  const draft = useSignal<Draft>(draftOf(location.search))
  const problem = useSignal('')
  const isBusy = useSignal(false)
  const groups = useGroups()
  const { sql, targets, deadline_seconds } = draft.value
  const set = (change: Partial<Draft>) => (draft.value = { ...draft.peek(), ...change })
  useEffect(() => {
    const timer = setTimeout(() => navigate(draftAddress(draft.peek()), { replace: true }), DEBOUNCE_MS)
    return () => clearTimeout(timer)
  }, [draft.value])

  const canRun = sql.trim() !== '' && !hasNoTargets(targets) && !isBusy.value
  const run = async () => {
    if (sql.trim() === '') problem.value = 'Enter a query.'
    else if (hasNoTargets(targets)) problem.value = 'Choose at least one target.'
    if (!canRun) return
    isBusy.value = true
    try {
      const body = { sql, targets: sentTargets(targets), deadline_seconds }
      const { query } = await client.post('/api/queries', { body })
      navigate(`/queries/${query.id}`)
    } catch (error) {
      problem.value = messageOf(error)
      isBusy.value = false
    }
  }
  return (
    <div class="page new-query">
      <header class="page-head">
        <div class="job-title">
          <p class="crumbs">
            <a href="/queries">Queries</a>
          </p>
          <h1>New query</h1>
        </div>
      </header>
      <SqlEditor value={sql} onChange={text => set({ sql: text })} onRun={() => void run()} hasFocus />
      <TargetsPicker targets={targets} groups={groups} onChange={chosen => set({ targets: chosen })} />
      {groups.problem !== '' && <Failure message={groups.problem} />}
      {groups.isRead && groups.total === 0 && <NoHosts />}
      {problem.value !== '' && <Failure message={problem.value} />}
      <div class="row run-bar">
        <button type="button" class="primary" disabled={!canRun} onClick={() => void run()} title="Ctrl+Enter">
          Run {hostsOf(countTargets(targets, groups))}
        </button>
        <label class="check-label">
          Timeout
          <select
            value={deadline_seconds}
            onChange={event => set({ deadline_seconds: Number(event.currentTarget.value) })}
          >
            {deadlineOptions(deadline_seconds).map(([seconds, name]) => (
              <option key={seconds} value={seconds}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {groups.isRead && <span class="hint">{counted(groups.online, 'host')} online</span>}
        <span class="spacer" />
        <SavedQueryChoice onChoose={query => set({ sql: query.sql })} />
        <SaveQuery sql={sql} />
      </div>
    </div>
  )
}

const NoHosts = () => (
  <Empty title="No hosts yet">
    <a href="/hosts/add">Add a host</a>
  </Empty>
)

function hostsOf({ hosts, isMax }: { hosts: number; isMax: boolean }): string {
  if (hosts === 0) return ''
  return `on ${isMax ? 'up to ' : ''}${counted(hosts, 'host')}`
}

/** The choices, including the deadline of a query that is run again. */
function deadlineOptions(seconds: number) {
  if (DEADLINES.some(([each]) => each === seconds)) return DEADLINES
  return [...DEADLINES, [seconds, `${seconds} seconds`] as [number, string]].sort(([a], [b]) => a - b)
}
