import { Listing, number } from '../components/listing'
import { PageFrame } from '../components/page-frame'
import { CarveRow } from '../fleet/hosts/carve-row'
import { useInterval } from '../use-interval'
import { byId, usePagedList } from '../use-paged-list'

/** While blocks arrive. */
const INTERVAL_MS = 3_000

/** Files that were fetched from hosts. */
export default function FilesPage() {
  const list = usePagedList('/api/carves', { idOf: byId })
  useInterval(INTERVAL_MS, () => {
    if (list.items.peek()?.some(carve => carve.completed_at === null)) void list.refresh()
  })
  return (
    <PageFrame page="files">
      <Listing
        name="Files"
        columns={['Requested', 'Host', number('Size'), 'Received', '']}
        list={list}
        empty="No files yet. Request one on the page of a host, under Files."
        row={carve => <CarveRow key={carve.id} carve={carve} hasHost />}
      />
    </PageFrame>
  )
}
