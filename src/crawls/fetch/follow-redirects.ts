import { urlFrom } from '../../../text/url'
import { isRedirect } from '../../base/http'
import type { FetchedResponse, Fetcher, FetchFailure, FetchRequest } from './fetcher'

/** The first response that is no redirect, or why there is none. */
export type Followed =
  | { kind: 'response'; url: string; response: FetchedResponse }
  | { kind: 'failure'; url: string; failure: FetchFailure }
  /** The redirects lead nowhere: too many, a loop, no http address, or one that must not be fetched. */
  | { kind: 'lost'; url: string; status: number; message: string }

/**
 * Fetches what is no page of a crawl, such as robots.txt, with its redirects. Each hop goes through the fetcher, so through the
 * outbound guard.
 * @param mayFollow whether an address may be fetched
 */
export async function followRedirects(
  { fetcher, redirectsMax, mayFollow }: Follow,
  request: FetchRequest,
  signal: AbortSignal,
): Promise<Followed> {
  const seen = new Set<string>()
  let { url } = request
  for (;;) {
    seen.add(url)
    const result = await fetcher.fetch({ ...request, url }, signal)
    if (result.kind === 'failure') return { kind: 'failure', url, failure: result }
    const { status, headers } = result
    if (!isRedirect(status)) return { kind: 'response', url, response: result }
    const lost = (message: string): Followed => ({ kind: 'lost', url, status, message })
    const next = targetOf(headers.location, url)
    if (!next) return lost(`It redirects with ${status}, but to no http address`)
    if (seen.has(next)) return lost('Its redirects are a loop')
    if (seen.size > redirectsMax) return lost(`It redirects more than ${redirectsMax} times`)
    if (mayFollow && !(await mayFollow(next))) return lost(`It redirects to ${next}, which may not be fetched`)
    url = next
  }
}

interface Follow {
  fetcher: Pick<Fetcher, 'fetch'>
  redirectsMax: number
  mayFollow?: (url: string) => boolean | Promise<boolean>
}

function targetOf(location: string | undefined, base: string): string | undefined {
  const target = location ? urlFrom(location, base) : undefined
  if (!target) return undefined
  target.hash = ''
  return /^https?:$/.test(target.protocol) ? target.href : undefined
}
