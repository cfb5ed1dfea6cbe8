import { useEffect } from 'preact/hooks'
import type { Crawl } from '../../src/contract/crawls'
import { formatCount } from '../../text/numbers'
import { Failure } from '../components/empty'
import { useFetch } from '../use-fetch'
import { useThrottle } from '../use-throttle'
import { settledOf } from './counts'
import { tabAddress } from './tabs'

/** While the crawl goes on, the counts are read again at most this often. */
const REFRESH_MS = 2_000

/** How many URLs answered with each status, with links to their lists. */
export function StatusCodes({ crawl }: { crawl: Crawl }) {
  const { value, problem, read } = useFetch('/api/crawls/{id}/status-codes', { id: crawl.id })
  const refresh = useThrottle(REFRESH_MS, () => void read(), read)
  useEffect(() => {
    if (value.peek()) refresh()
  }, [settledOf(crawl), crawl.status])
  const codes = value.value?.items
  return (
    <section class="panel" aria-label="Status codes">
      <h2>Answers, by status</h2>
      {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
      {!codes && problem.value === '' && <div class="is-loading" aria-busy="true" />}
      {codes?.length === 0 && <p class="hint">Nothing has answered yet.</p>}
      {codes && codes.length > 0 && (
        <ul class="lines">
          {codes.map(({ status_code, urls }) => (
            <li key={status_code}>
              <a class="grow line-name" href={tabAddress(crawl.id, 'pages', { status_code: String(status_code) })}>
                {status_code}
              </a>
              <b class={status_code >= 400 ? 'is-bad' : undefined}>{formatCount(urls)}</b>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
