import { useSignal } from '@preact/signals'
import type { Query } from '../../../src/contract/queries'
import { client, messageOf } from '../../api'
import { ConfirmButton } from '../../components/confirm-button'
import { Failure } from '../../components/empty'
import { navigate } from '../../router'
import { isOperator } from '../../session'
import { draftAddress } from './draft'
import { rowParams, type View } from './view'

/** The URL to download all rows of a view. CSV gets a byte order mark, so that spreadsheets read it as UTF-8. */
export function exportAddress(id: string, format: 'csv' | 'ndjson', view: View): string {
  const { status: _, ...filters } = rowParams(view)
  return `/api/queries/${id}/results?${new URLSearchParams({ format, ...(format === 'csv' && { bom: '1' }), ...filters })}`
}

/** Actions on a query, for operators. */
export function QueryActions({ query, onChanged }: { query: Query; onChanged(): void }) {
  const problem = useSignal('')
  if (!isOperator.value) return null
  const again = async () => {
    try {
      const { sql, targets, deadline_seconds } = query
      const created = await client.post('/api/queries', { body: { sql, targets, deadline_seconds } })
      navigate(`/queries/${created.query.id}`)
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  const stop = async (reason: string) => {
    await client.post('/api/queries/{id}/cancel', { id: query.id, body: { reason } })
    onChanged()
  }
  return (
    <div class="job-actions">
      {query.status === 'running' && (
        <ConfirmButton
          label="Stop"
          confirmLabel="Stop query"
          effect="Hosts that have not fetched the query will not get it. Answers so far are kept."
          done="Query stopped"
          onConfirm={stop}
        />
      )}
      <button type="button" onClick={() => navigate(draftAddress(query))}>
        Edit
      </button>
      <button type="button" onClick={() => void again()}>
        Run again
      </button>
      {problem.value !== '' && <Failure message={problem.value} />}
    </div>
  )
}
