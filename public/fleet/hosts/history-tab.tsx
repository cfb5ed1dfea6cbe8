import { Empty, Failure } from '../../components/empty'
import { usePages } from '../../pages-of'
import { askedOfResult, type PastResult } from './asked'
import { AskedCard } from './asked-card'

/** All that the host has ever answered to live queries, as far as it is kept. */
export function HistoryTab({ hostId }: { hostId: string }) {
  const { items, cursor, problem, read, readMore } = usePages<PastResult>(`/api/hosts/${hostId}/results?limit=50`)
  return (
    <>
      {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
      {items.value === null && problem.value === '' && <div class="is-loading" aria-busy="true" />}
      {items.value?.length === 0 && <Empty title="No earlier results: none yet, or they have expired." />}
      <ul class="asked-list" aria-label="Earlier results">
        {items.value?.map(result => (
          <AskedCard key={result.query_id} asked={askedOfResult(result)} hostId={hostId} isOpened={false} />
        ))}
      </ul>
      {cursor.value !== null && (
        <button type="button" class="more" onClick={() => void readMore()}>
          Older results
        </button>
      )}
    </>
  )
}
