import { useSignal } from '@preact/signals'
import { api, messageOf } from '../api'
import { Dialog } from '../components/dialog'
import { Failure } from '../components/empty'
import { navigate } from '../router'
import type { Query, Targets } from './query-result'
import { SavedQueryChoice } from './saved-query-choice'
import { SqlEditor } from './sql-editor'

interface RunQueryProps {
  targets: Targets
  title: string
  /** What the editor begins with. */
  sql?: string
  onClose(): void
}

const DEADLINES: Array<[seconds: number, name: string]> = [
  [60, 'a minute'],
  [300, '5 minutes'],
  [3_600, 'an hour'],
  [86_400, 'a day'],
]
const DEADLINE_SECONDS = 300

/** Asks for the SQL, runs it on the targets, and goes where the answers come in. */
export function RunQuery({ targets, title, sql = 'select * from os_version', onClose }: RunQueryProps) {
  const text = useSignal(sql)
  const deadline = useSignal(DEADLINE_SECONDS)
  const problem = useSignal('')
  const isBusy = useSignal(false)
  const run = async () => {
    if (isBusy.peek() || text.peek().trim() === '') return
    isBusy.value = true
    try {
      const body = { sql: text.peek(), targets, deadline_seconds: deadline.peek() }
      const { query } = await api.post<{ query: Query }>('/api/queries', body)
      navigate(`/queries/${query.id}`)
    } catch (error) {
      problem.value = messageOf(error)
    } finally {
      isBusy.value = false
    }
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <SqlEditor value={text.value} onChange={value => (text.value = value)} onRun={() => void run()} />
      {problem.value !== '' && <Failure message={problem.value} />}
      <div class="row run-bar">
        <SavedQueryChoice onChoose={query => (text.value = query.sql)} />
        <label class="check-label">
          Answers within
          <select value={deadline.value} onChange={event => (deadline.value = Number(event.currentTarget.value))}>
            {DEADLINES.map(([seconds, name]) => (
              <option key={seconds} value={seconds}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <span class="spring" />
        <button type="button" class="primary" disabled={isBusy.value} onClick={() => void run()} title="Ctrl+Enter">
          Run
        </button>
      </div>
    </Dialog>
  )
}
