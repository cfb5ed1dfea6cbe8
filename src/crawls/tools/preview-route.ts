import { type Endpoint, endpoint, ok } from '../../api'
import { Problem } from '../../base/errors'
import { ParallelLimit } from '../../base/parallel-limit'
import { crawlToolRoutes as routes } from '../../contract/crawl-tools'
import { type CrawlRoutesDeps, readRequest } from '../crawls/crawl-routes'
import type { Fetcher } from '../fetch/fetcher'
import { preview } from './preview'

interface Deps extends Pick<CrawlRoutesDeps, 'crawls' | 'outbound' | 'sealer'> {
  fetcher: Pick<Fetcher, 'fetch'>
}

/** Previews of one tenant at the same time. */
const PREVIEWS_MAX = 4

const tooMany = (max: number) =>
  new Problem(429, 'too_many_previews', `${max} previews of crawls are being made. Try again in a moment.`, [], {
    'Retry-After': '2',
  })

/** What a crawl would make of its first seed. */
export function previewRoute({ fetcher, ...checking }: Deps): Endpoint {
  const limit = new ParallelLimit(PREVIEWS_MAX, tooMany)
  return endpoint(routes.preview, async ({ principal, body, res }) => {
    const { settings, secrets } = await readRequest(checking, principal, body)
    const left = new AbortController()
    res.once('close', () => left.abort(new Error('The client went away')))
    const made = await limit
      .run(principal.tenantId, () => preview({ fetcher, settings, secrets }, left.signal))
      .catch(error => {
        if (!left.signal.aborted) throw error
        return undefined // nobody waits for it
      })
    return made && ok(made)
  })
}
