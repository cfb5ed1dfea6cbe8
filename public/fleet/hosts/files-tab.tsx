import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Query } from '../../../src/contract/queries'
import { formatBytes } from '../../../text/numbers'
import { api, messageOf } from '../../api'
import { Failure } from '../../components/empty'
import { Listing } from '../../components/listing'
import { Progress } from '../../components/status'
import { Ago } from '../../components/time'
import { watch } from '../../live'
import { isOperator } from '../../session'
import { useInterval } from '../../use-interval'
import { byId, usePagedListOf } from '../../use-paged-list'
import type { QueryResult } from '../query-result'
import { carveSql, isEmptyArchive, isPattern } from './carve-sql'

interface Carve {
  id: string
  host_id: string
  query_id: string | null
  carve_guid: string
  size: number
  block_count: number
  received: number
  created_at: string
  completed_at: string | null
}

const SCHEDULED =
  'The host has scheduled it and begins to send within a minute or so. If nothing comes, or an empty archive, there is no such file.'
/** Behind a literal path a carver that is on always answers with a row, whether or not there is such a file. */
const NO_CARVER =
  'The host has not scheduled it: its carver is off (--disable_carver=false turns it on). osquery before 4.7 never says so, and may send the file all the same.'
const NO_MATCH =
  'The host has not scheduled it: no file fits this pattern, or its carver is off (--disable_carver=false turns it on).'

/** While blocks come in. */
const EVERY_MS = 3_000

/** Files that the host has been asked for. */
export function FilesTab({ hostId }: { hostId: string }) {
  const list = usePagedListOf<Carve>({ path: `/api/hosts/${hostId}/carves`, idOf: byId })
  const asked = useSignal('')
  const isAskedByPattern = useSignal(false)
  const said = useSignal('')
  const problem = useSignal('')
  const ask = async (path: string) => {
    try {
      const { query } = await api.post<{ query: Query }>(`/api/hosts/${hostId}/query`, { sql: carveSql(path) })
      asked.value = query.id
      isAskedByPattern.value = isPattern(path)
      said.value = 'The file has been requested. It appears here when the host sends it.'
      problem.value = ''
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  useInterval(EVERY_MS, () => {
    const known = list.items.peek() ?? []
    const isAwaited = asked.peek() !== '' && !known.some(carve => carve.query_id === asked.peek())
    if (isAwaited || known.some(carve => carve.completed_at === null)) void list.refresh()
  })
  useEffect(
    () =>
      watch(`host:${hostId}`, {
        onEvent: ({ type, data }) => {
          const { query_id, state, error } = data as QueryResult
          if (type !== 'query_result' || query_id !== asked.peek()) return
          if (error !== null) said.value = `The host reported an error: ${error}`
          else if (state === 'no_rows') said.value = isAskedByPattern.value ? NO_MATCH : NO_CARVER
          else said.value = SCHEDULED
        },
      }),
    [hostId],
  )
  const isHere = list.items.value?.some(carve => carve.query_id === asked.value) ?? false
  return (
    <>
      {isOperator.value && <AskForm onAsk={path => void ask(path)} />}
      {problem.value !== '' && <Failure message={problem.value} />}
      {said.value !== '' && !isHere && (
        <p class="notice" role="status">
          {said.value} <a href={`/queries/${asked.value}`}>The query</a>
        </p>
      )}
      <Listing
        name="Files"
        columns={['Requested', 'Size', 'Received', '']}
        list={list}
        empty="No files yet. Request one by its path."
        row={carve => <Row key={carve.id} carve={carve} />}
      />
    </>
  )
}

function AskForm({ onAsk }: { onAsk(path: string): void }) {
  return (
    <form
      class="row form panel"
      onSubmit={event => {
        event.preventDefault()
        onAsk(String(new FormData(event.currentTarget).get('path')).trim())
      }}
    >
      <label class="field grow">
        Path on the host (% matches within a name, %% matches recursively)
        <input name="path" required maxLength={4_096} placeholder="/var/log/syslog" spellcheck={false} />
      </label>
      <button type="submit" class="primary">
        Get the file
      </button>
    </form>
  )
}

function Row({ carve }: { carve: Carve }) {
  const { id, size, received, block_count, query_id, created_at, completed_at } = carve
  return (
    <tr>
      <td>
        <Ago time={created_at} /> {query_id && <a href={`/queries/${query_id}`}>by query</a>}
      </td>
      <td>{isEmptyArchive(size) ? 'empty: no such file' : formatBytes(size)}</td>
      <td>
        {completed_at === null ? (
          <Progress share={block_count === 0 ? 0 : received / block_count} label="Received" />
        ) : (
          <Ago time={completed_at} />
        )}
      </td>
      <td>
        {completed_at !== null && isOperator.value && (
          <a class="button" href={`/api/carves/${id}/content`} download>
            Download
          </a>
        )}
      </td>
    </tr>
  )
}
