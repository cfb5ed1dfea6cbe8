import { ListStatus, LoadMore } from '../../components/list-status'
import { usePagedListOf } from '../../use-paged-list'
import { type PastResult, queryOfResult } from './host-queries'
import { HostQueryCard } from './host-query-card'

/** All results of live queries on this host, as far as they are kept. */
export function HistoryTab({ hostId }: { hostId: string }) {
  const list = usePagedListOf<PastResult>({ path: `/api/hosts/${hostId}/results`, idOf: result => result.query_id })
  return (
    <>
      <ListStatus list={list} empty="No results yet, or they have expired" />
      <ul class="asked-list" aria-label="Earlier results">
        {list.items.value?.map(result => (
          <HostQueryCard key={result.query_id} asked={queryOfResult(result)} hostId={hostId} isOpened={false} />
        ))}
      </ul>
      <LoadMore list={list} />
    </>
  )
}
