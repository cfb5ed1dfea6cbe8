import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Crawl } from '../../src/contract/crawls'
import { formatCount } from '../../text/numbers'
import { hasEnded } from '../jobs/job'

interface FreshProps {
  crawl: Crawl
  /** How many items there are now by the counts of the crawl; null if they cannot tell. */
  count?: number | null
  list: { refresh(limit?: number): Promise<void> }
}

/** While a crawl runs its lists do not change under the reader: this says what is new, and reads it. At the end it is read by itself. */
export function Fresh({ crawl, count = null, list }: FreshProps) {
  const seen = useSignal(count)
  const isOver = hasEnded(crawl.status)
  const refresh = () => {
    seen.value = count
    void list.refresh()
  }
  const wasOver = useRef(isOver)
  useEffect(() => {
    if (isOver && !wasOver.current) refresh()
    wasOver.current = isOver
  }, [isOver, list])
  useEffect(() => {
    seen.value = count
  }, [list])
  if (isOver) return null
  const fresh = count === null || seen.value === null ? null : Math.max(0, count - seen.value)
  return (
    <button type="button" class="crawl-fresh" disabled={fresh === 0} onClick={refresh}>
      {fresh === null ? 'Refresh' : `${formatCount(fresh)} new`}
    </button>
  )
}
