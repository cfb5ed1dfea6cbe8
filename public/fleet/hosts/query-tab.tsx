import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { Host } from '../../../src/contract/hosts'
import { messageOf } from '../../api'
import { Empty, Failure } from '../../components/empty'
import { useKeys } from '../../keys'
import { isOperator } from '../../session'
import { SavedQueryChoice } from '../saved-query-choice'
import { SqlEditor } from '../sql-editor'
import { HostQueryCard } from './host-query-card'
import { useHostQueries } from './use-host-queries'

const FIRST_SQL = 'select * from os_version'

/** Runs queries on the host and shows their results as they arrive. */
export function QueryTab({ host }: { host: Host }) {
  const { queries, problem, read, run } = useHostQueries(host.id)
  const sql = useSignal(FIRST_SQL)
  const error = useSignal('')
  const editor = useRef<HTMLDivElement>(null)
  const start = async () => {
    if (sql.peek().trim() === '') return
    try {
      await run(sql.peek())
      error.value = ''
    } catch (failure) {
      error.value = messageOf(failure)
    }
  }
  const focus = () => editor.current && focusEditor(editor.current)
  useKeys({ r: focus })
  const edit = (text: string) => {
    sql.value = text
    editor.current?.scrollIntoView({ block: 'nearest' })
    focus()
  }
  const newest = queries.value?.find(query => query.result !== null)
  return (
    <>
      {isOperator.value && (
        <div class="ask panel" ref={editor}>
          <SqlEditor value={sql.value} onChange={text => (sql.value = text)} onRun={() => void start()} />
          {error.value !== '' && <Failure message={error.value} />}
          <div class="row run-bar">
            <SavedQueryChoice onChoose={saved => (sql.value = saved.sql)} />
            {host.status !== 'online' && (
              <span class="hint">The host is {host.status}. It answers if it comes online before the deadline.</span>
            )}
            <span class="spacer" />
            <button type="button" class="primary" onClick={() => void start()} title="Ctrl+Enter">
              Run
            </button>
          </div>
        </div>
      )}
      {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
      {queries.value === null && problem.value === '' && <div class="is-loading" aria-busy="true" />}
      {queries.value?.length === 0 && <Empty title="No queries yet" />}
      <ul class="host-queries" aria-label="Answers" aria-live="polite" aria-relevant="additions">
        {queries.value?.map(query => (
          <HostQueryCard
            key={query.query_id}
            query={query}
            hostId={host.id}
            isOpened={query.result === null || query === newest}
            onEdit={isOperator.value ? edit : undefined}
          />
        ))}
      </ul>
    </>
  )
}

/** Focuses the plain field, or the editor in its shadow root. */
function focusEditor(box: HTMLElement) {
  const roots = [box, ...[...box.querySelectorAll('.sql-field > *')].flatMap(each => each.shadowRoot ?? [])]
  const fields = roots.flatMap(root => [...root.querySelectorAll<HTMLElement>('textarea, [contenteditable="true"]')])
  fields.at(-1)?.focus()
}
