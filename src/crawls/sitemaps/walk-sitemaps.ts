import { urlFrom } from '../../../text/url'
import type { FetchedResponse, Fetcher } from '../fetch/fetcher'
import { followRedirects } from '../fetch/follow-redirects'
import { addressOf, readSitemap } from './read-sitemap'
import type { Listed, SitemapEntry, SitemapReport } from './sitemap'
import { BYTES_MAX, TOO_LONG } from './sitemap-text'

export interface SitemapWalk {
  fetcher: Pick<Fetcher, 'fetch'>
  userAgent: string
  /** For each request. */
  timeoutMs: number
  /** Where to begin. */
  urls: readonly string[]
  /** Whether a sitemap that an index lists or a redirect leads to is fetched. */
  mayFetch: (url: string) => boolean | Promise<boolean>
  /** Gets at most 500 pages at a time, and is waited for. */
  onUrls: (entries: SitemapEntry[]) => Promise<void>
  /** Called once per sitemap, after its pages. */
  onSitemap: (report: SitemapReport) => Promise<void>
}

/** Sitemaps, including those that an index lists. */
const FILES_MAX = 500
/** Indexes must not list indexes, but do. */
const DEPTH_MAX = 5
const URLS_MAX = 1_000_000
const REDIRECTS_MAX = 5

interface Queued {
  url: string
  /** Indexes above it. */
  depth: number
}

/**
 * Reads sitemaps and all that they list, one after the other, each once. What cannot be read is reported and does not
 * stop the rest.
 * @param urlsMax pages in all
 * @throws whatever the callbacks or the fetcher throw
 */
export async function walkSitemaps(walk: SitemapWalk, signal: AbortSignal, urlsMax = URLS_MAX): Promise<void> {
  const state: State = { ...walk, signal, queue: [], seen: new Set(), urlsLeft: urlsMax }
  for (const url of walk.urls) admit(state, { url: addressOf(url, url) ?? url, depth: 0 })
  for (let next = state.queue.shift(); next; next = state.queue.shift()) {
    signal.throwIfAborted()
    await walk.onSitemap({ url: next.url, ...(await readNext(state, next)) })
  }
}

interface State extends SitemapWalk {
  signal: AbortSignal
  queue: Queued[]
  seen: Set<string>
  urlsLeft: number
}

type Outcome = Omit<SitemapReport, 'url'>
const unread = (problem: string, statusCode: number | null = null): Outcome => ({
  ...{ format: null, urls: 0, problem },
  statusCode,
})

/** Whether there is still room for it. What has been seen is left out, so loops end. */
function admit({ queue, seen }: State, next: Queued): boolean {
  if (seen.has(next.url)) return true
  if (seen.size >= FILES_MAX) return false
  seen.add(next.url)
  queue.push(next)
  return true
}

async function readNext(state: State, next: Queued): Promise<Outcome> {
  if (!/^https?:$/.test(urlFrom(next.url)?.protocol ?? '')) return unread('It is no http address.')
  if (state.urlsLeft <= 0)
    return unread('It is not read: those before it list the most pages that are taken from sitemaps.')
  if (next.depth > 0 && !(await state.mayFetch(next.url))) return unread('It is not read: the crawl may not fetch it.')
  const response = await fetchSitemap(state, next.url)
  if ('problem' in response) return response
  return readResponse(state, next, response)
}

async function fetchSitemap(state: State, url: string): Promise<FetchedResponse | Outcome> {
  const { fetcher, mayFetch, signal } = state
  const request = {
    ...{ url, method: 'GET' as const, timeoutMs: state.timeoutMs, bodyBytesMax: BYTES_MAX },
    headers: { 'user-agent': state.userAgent, accept: 'application/xml, text/xml, text/plain;q=0.9, */*;q=0.8' },
    wantsBody: isSuccess,
  }
  const follow = { fetcher, redirectsMax: REDIRECTS_MAX, mayFollow: mayFetch }
  const followed = await followRedirects(follow, request, signal)
  if (followed.kind === 'failure') return unread(followed.failure.message)
  if (followed.kind === 'lost') return unread(`${followed.message}.`, followed.status)
  const { response } = followed
  if (!isSuccess(response.status))
    return unread(`The server answered ${`${response.status} ${response.statusText}`.trim()}.`, response.status)
  if (followed.url !== url && state.seen.has(followed.url))
    return unread(`It redirects to ${followed.url}, which is read anyway.`, response.status)
  state.seen.add(followed.url)
  return response
}

const isSuccess = (status: number) => status >= 200 && status < 300

async function readResponse(state: State, { url, depth }: Queued, response: FetchedResponse): Promise<Outcome> {
  let leftOut = 0
  const onListed = async (listed: Listed[], isIndex: boolean) => {
    if (!isIndex) return passOn(state, url, listed)
    const room = (child: Listed) => depth < DEPTH_MAX && admit(state, { url: child.url, depth: depth + 1 })
    leftOut += listed.filter(child => !room(child)).length
    return true
  }
  const found = await readSitemap(response.body, url, (listed, format) => onListed(listed, format === 'index'))
  return {
    format: found.format,
    urls: found.entries,
    problem: limitReached(state, depth, leftOut) ?? cutOff(response) ?? found.problem,
    statusCode: response.status,
  }
}

/** Returns whether more is wanted. */
async function passOn(state: State, sitemap: string, listed: Listed[]): Promise<boolean> {
  const taken = listed.slice(0, state.urlsLeft)
  state.urlsLeft -= listed.length
  if (taken.length > 0) await state.onUrls(taken.map(entry => ({ ...entry, sitemap })))
  state.signal.throwIfAborted()
  return state.urlsLeft > 0
}

function limitReached({ urlsLeft }: State, depth: number, leftOut: number): string | null {
  if (urlsLeft <= 0) return 'The most pages that are taken from sitemaps are reached: the rest is ignored.'
  if (leftOut === 0) return null
  const why = depth < DEPTH_MAX ? `at most ${FILES_MAX} are read` : `indexes are nested more than ${DEPTH_MAX} deep`
  return `${leftOut} of its sitemaps are not read: ${why}.`
}

function cutOff({ isTruncated, body, warning }: FetchedResponse): string | null {
  if (!isTruncated) return null
  return body.length >= BYTES_MAX ? TOO_LONG : (warning ?? 'The response ended too early: the rest is missing.')
}
