import { ListStatus, LoadMore } from '../../components/list-status'
import { usePagedList } from '../../use-paged-list'
import { queryOfResult } from './host-queries'
import { HostQueryCard } from './host-query-card'

/** All results of live queries on this host that have not expired. */
export function HistoryTab({ hostId }: { hostId: string }) {
  const list = usePagedList('/api/hosts/{id}/results', { params: { id: hostId }, idOf: result => result.query_id })
  return (
    <>
      <ListStatus list={list} empty="No results yet, or they have expired" />
      <ul class="host-queries" aria-label="Earlier results">
        {list.items.value?.map(result => (
          <HostQueryCard key={result.query_id} query={queryOfResult(result)} hostId={hostId} isOpened={false} />
        ))}
      </ul>
      <LoadMore list={list} />
    </>
  )
}
