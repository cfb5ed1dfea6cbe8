import type { SavedQuery } from '../../src/contract/saved-queries'
import { useFetch } from '../use-fetch'

/** Selects a saved query for the editor. */
export function SavedQueryChoice({ onChoose }: { onChoose(query: SavedQuery): void }) {
  const { value } = useFetch('/api/saved-queries', { limit: 500 })
  const queries = value.value?.items ?? []
  if (queries.length === 0) return null
  return (
    <select
      aria-label="Saved query"
      value=""
      onChange={event => {
        const chosen = queries.find(query => query.id === event.currentTarget.value)
        event.currentTarget.value = ''
        if (chosen) onChoose(chosen)
      }}
    >
      <option value="">Saved queries</option>
      {queries.map(query => (
        <option key={query.id} value={query.id} title={query.description || query.sql}>
          {query.name}
        </option>
      ))}
    </select>
  )
}
