import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { client, messageOf } from '../../api'
import { Failure } from '../../components/empty'
import { Listing, number } from '../../components/listing'
import { watch } from '../../live'
import { isOperator } from '../../session'
import { useInterval } from '../../use-interval'
import { byId, usePagedList } from '../../use-paged-list'
import type { QueryResult } from '../query-result'
import { CarveRow } from './carve-row'
import { carveSql, isPattern } from './carve-sql'

const SCHEDULED =
  'The host has scheduled the upload, which usually begins within a minute. If nothing or an empty archive arrives, the file does not exist.'
/** For a literal path an enabled carver always returns a row, whether or not the file exists. */
const NO_CARVER =
  'The host has not scheduled an upload: its carver is disabled (enable it with --disable_carver=false). With osquery before 4.7 the file may arrive nevertheless.'
const NO_MATCH =
  'The host has not scheduled an upload: no file matches this pattern, or its carver is disabled (enable it with --disable_carver=false).'

/** Answers of the host that are kept: one may come before the page knows the query's id. */
const ANSWERS_MAX = 100

/** Polling interval while files are expected or incomplete. */
const INTERVAL_MS = 3_000

/** Files requested from the host. */
export function FilesTab({ hostId }: { hostId: string }) {
  const list = usePagedList('/api/hosts/{id}/carves', { params: { id: hostId }, idOf: byId })
  const queryId = useSignal('')
  const isPatternUsed = useSignal(false)
  const message = useSignal('')
  const problem = useSignal('')
  const answers = useRef(new Map<string, QueryResult>())
  const explain = () => {
    const answer = answers.current.get(queryId.peek())
    if (!answer) return
    if (answer.error !== null) message.value = `The host reported an error: ${answer.error}`
    else if (answer.state === 'no_rows') message.value = isPatternUsed.peek() ? NO_MATCH : NO_CARVER
    else message.value = SCHEDULED
  }
  const request = async (path: string) => {
    try {
      const { query } = await client.post('/api/hosts/{id}/query', { id: hostId, body: { sql: carveSql(path) } })
      queryId.value = query.id
      isPatternUsed.value = isPattern(path)
      message.value = 'The file has been requested. It appears here when the host sends it.'
      problem.value = ''
      explain()
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  useInterval(INTERVAL_MS, () => {
    const known = list.items.peek() ?? []
    const isAwaited = queryId.peek() !== '' && !known.some(carve => carve.query_id === queryId.peek())
    if (isAwaited || known.some(carve => carve.completed_at === null)) void list.refresh()
  })
  useEffect(
    () =>
      watch(`host:${hostId}`, {
        onEvent: ({ type, data }) => {
          if (type !== 'query_result') return
          const answer = data as QueryResult
          const [oldest] = answers.current.keys()
          if (oldest !== undefined && answers.current.size >= ANSWERS_MAX) answers.current.delete(oldest)
          answers.current.set(answer.query_id, answer)
          explain()
        },
      }),
    [hostId],
  )
  const isHere = list.items.value?.some(carve => carve.query_id === queryId.value) ?? false
  return (
    <>
      {isOperator.value && <RequestForm onRequest={path => void request(path)} />}
      {problem.value !== '' && <Failure message={problem.value} />}
      {message.value !== '' && !isHere && (
        <p class="notice" role="status">
          {message.value} <a href={`/queries/${queryId.value}`}>View query</a>
        </p>
      )}
      <Listing
        name="Files"
        columns={['Requested', number('Size'), 'Received', '']}
        list={list}
        empty="No files yet. Request one by its path."
        row={carve => <CarveRow key={carve.id} carve={carve} />}
      />
    </>
  )
}

function RequestForm({ onRequest }: { onRequest(path: string): void }) {
  return (
    <form
      class="row form panel"
      onSubmit={event => {
        event.preventDefault()
        onRequest(String(new FormData(event.currentTarget).get('path')).trim())
      }}
    >
      <label class="field grow">
        Path on the host (% matches within a name, %% matches recursively)
        <input name="path" required maxLength={4_096} placeholder="/var/log/syslog" spellcheck={false} />
      </label>
      <button type="submit" class="primary">
        Request file
      </button>
    </form>
  )
}
