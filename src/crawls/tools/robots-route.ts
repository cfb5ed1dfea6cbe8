import { urlFrom } from '../../../text/url'
import { type Endpoint, endpoint, ok } from '../../api'
import { badRequest } from '../../base/errors'
import { crawlToolRoutes as routes } from '../../contract/crawl-tools'
import type { Fetcher } from '../fetch/fetcher'
import { productToken } from '../robots/product-token'
import { type RobotsFile, readRobots } from '../robots/read-robots'
import { robotsReportOf } from './robots-report'
import { verdictOf } from './robots-verdict'

interface Deps {
  fetcher: Pick<Fetcher, 'fetch'>
}

/** For each request; redirects are a few. */
const TIMEOUT_MS = 10_000

/** Tests URLs against the given robots.txt, or the one of a site, as it is now. */
export const robotsRoute = ({ fetcher }: Deps): Endpoint =>
  endpoint(routes.robots, async ({ body: { text, site, user_agent, urls }, res }) => {
    const closed = new AbortController()
    res.on('close', () => closed.abort(new Error('The caller has gone')))
    const origin = site === undefined ? undefined : originOf(site)
    const request = origin && { fetcher, origin, userAgent: sendable(user_agent), timeoutMs: TIMEOUT_MS }
    const file = await (request ? readRobots(request, closed.signal) : given(text)).catch(error => {
      if (!closed.signal.aborted) throw error
      return undefined // nobody waits for it
    })
    if (!file) return undefined
    const { robots, summary } = robotsReportOf(file, productToken(user_agent))
    return ok({ ...summary, text: file.text, verdicts: urls.map(url => verdictOf(robots, url, origin)) })
  })

const given = async (text = ''): Promise<RobotsFile> => ({ outcome: 'parsed', statusCode: null, detail: null, text })

/** People leave the scheme out. */
function originOf(site: string): string {
  const text = site.includes('://') ? site : `https://${site}`
  const url = /^https?:/i.test(text) ? urlFrom(text) : undefined
  if (url) return url.origin
  throw badRequest([{ path: 'body.site', message: 'must be an address, such as https://example.org' }])
}

function sendable(userAgent: string): string {
  if (/^[\x20-\x7e]+$/.test(userAgent)) return userAgent
  throw badRequest([{ path: 'body.user_agent', message: 'must be ASCII to be sent' }])
}
