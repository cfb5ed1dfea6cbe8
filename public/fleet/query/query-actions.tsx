import { useSignal } from '@preact/signals'
import { api, messageOf } from '../../api'
import { ConfirmButton } from '../../components/confirm-button'
import { Failure } from '../../components/empty'
import { navigate } from '../../router'
import { isOperator } from '../../session'
import type { Query } from '../query-result'
import { draftAddress } from './draft'
import { rowParams, type View } from './view'

/** All rows that fit a view, as a file; a table is marked as UTF-8, because it is opened with a spreadsheet. */
export function exportAddress(id: string, format: 'csv' | 'ndjson', view: View): string {
  const { status: _, ...asked } = rowParams(view)
  return `/api/queries/${id}/results?${new URLSearchParams({ format, ...(format === 'csv' && { bom: '1' }), ...asked })}`
}

/** What can be done about a query; viewers only read. */
export function QueryActions({ query, onChanged }: { query: Query; onChanged(): void }) {
  const problem = useSignal('')
  if (!isOperator.value) return null
  const again = async () => {
    try {
      const { sql, targets, deadline_seconds } = query
      const { query: made } = await api.post<{ query: Query }>('/api/queries', { sql, targets, deadline_seconds })
      navigate(`/queries/${made.id}`)
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  const stop = async (reason: string) => {
    await api.post(`/api/queries/${query.id}/cancel`, { reason })
    onChanged()
  }
  return (
    <div class="job-actions">
      {query.status === 'running' && <ConfirmButton name="Stop" sure="Stop query" act={stop} />}
      <button type="button" onClick={() => navigate(draftAddress(query))}>
        Change
      </button>
      <button type="button" onClick={() => void again()}>
        Run again
      </button>
      {problem.value !== '' && <Failure message={problem.value} />}
    </div>
  )
}
