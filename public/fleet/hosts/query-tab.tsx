import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { messageOf } from '../../api'
import { Empty, Failure } from '../../components/empty'
import { useKeys } from '../../keys'
import { isOperator } from '../../session'
import { SavedQueryChoice } from '../saved-query-choice'
import { SqlEditor } from '../sql-editor'
import type { Host } from './host'
import { HostQueryCard } from './host-query-card'
import { useHostQueries } from './use-host-queries'

const FIRST_SQL = 'select * from os_version'

/** Asks the host and shows what it says, as it says it. */
export function QueryTab({ host }: { host: Host }) {
  const { asked, problem, read, run } = useHostQueries(host.id)
  const sql = useSignal(FIRST_SQL)
  const refused = useSignal('')
  const editor = useRef<HTMLDivElement>(null)
  const start = async () => {
    if (sql.peek().trim() === '') return
    try {
      await run(sql.peek())
      refused.value = ''
    } catch (error) {
      refused.value = messageOf(error)
    }
  }
  const focus = () => editor.current && focusEditor(editor.current)
  useKeys({ r: focus })
  const edit = (text: string) => {
    sql.value = text
    editor.current?.scrollIntoView({ block: 'nearest' })
    focus()
  }
  const newest = asked.value?.find(each => each.result !== null)
  return (
    <>
      {isOperator.value && (
        <div class="ask panel" ref={editor}>
          <SqlEditor value={sql.value} onChange={text => (sql.value = text)} onRun={() => void start()} />
          {refused.value !== '' && <Failure message={refused.value} />}
          <div class="row run-bar">
            <SavedQueryChoice onChoose={query => (sql.value = query.sql)} />
            {host.status !== 'online' && (
              <span class="hint">It is {host.status}: it answers if it comes back in time.</span>
            )}
            <span class="spring" />
            <button type="button" class="primary" onClick={() => void start()} title="Ctrl+Enter">
              Run
            </button>
          </div>
        </div>
      )}
      {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
      {asked.value === null && problem.value === '' && <div class="is-loading" aria-busy="true" />}
      {asked.value?.length === 0 && <Empty title="No queries yet" />}
      <ul class="asked-list" aria-label="Answers" aria-live="polite" aria-relevant="additions">
        {asked.value?.map(each => (
          <HostQueryCard
            key={each.query_id}
            asked={each}
            hostId={host.id}
            isOpened={each.result === null || each === newest}
            onAgain={isOperator.value ? edit : undefined}
          />
        ))}
      </ul>
    </>
  )
}

/** Into the plain field, or into the editor in its shadow root. */
function focusEditor(box: HTMLElement) {
  const roots = [box, ...[...box.querySelectorAll('.sql-field > *')].flatMap(each => each.shadowRoot ?? [])]
  const fields = roots.flatMap(root => [...root.querySelectorAll<HTMLElement>('textarea, [contenteditable="true"]')])
  fields.at(-1)?.focus()
}
