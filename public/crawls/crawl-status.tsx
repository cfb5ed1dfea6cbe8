import type { CrawlStatus } from '../../src/contract/crawls'
import { Status } from '../components/status'

const MEANINGS: Record<CrawlStatus, string> = {
  scheduled: 'It starts later',
  pending: 'It waits for a worker',
  running: 'It fetches pages',
  paused: 'It starts no more requests until somebody resumes it',
  completed: 'It is over',
  failed: 'It could fetch no page, or Tailrace had a fault',
  cancelled: 'Somebody ended it',
}

/** The status of a crawl as a coloured mark and text: colour alone is not accessible. */
export const CrawlStatusMark = ({ status }: { status: CrawlStatus }) => (
  <span title={MEANINGS[status]}>
    <Status status={status} />
  </span>
)
