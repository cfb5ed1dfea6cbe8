import type { RobotsOutcome } from '../../contract/crawl-reports'
import type { FetchedResponse, Fetcher } from '../fetch/fetcher'
import { followRedirects } from '../fetch/follow-redirects'
import { BYTES_MAX, parseRobots } from './parse-robots'
import { pathOf } from './path-pattern'
import type { Robots } from './robots'

/** The robots.txt of an origin, as it was found. */
export interface RobotsFile {
  outcome: RobotsOutcome
  /** Of the last response; null: there was none. */
  statusCode: number | null
  /** Why it is not `parsed`, or what is odd; for people. */
  detail: string | null
  /** At most 500 KiB, without NUL. */
  text: string
  /** The address of the origin is blocked: it was not asked. */
  isBlocked?: boolean
}

export interface RobotsRequest {
  fetcher: Pick<Fetcher, 'fetch'>
  /** Such as `https://example.org`. */
  origin: string
  userAgent: string
  /** For each request: there may be six. */
  timeoutMs: number
}

/** RFC 9309 section 2.3.1.2. */
const REDIRECTS_MAX = 5

/** Fetches the robots.txt of an origin (RFC 9309 section 2.3), once; redirects are followed, to other hosts too. */
export async function readRobots(
  { fetcher, origin, userAgent, timeoutMs }: RobotsRequest,
  signal: AbortSignal,
): Promise<RobotsFile> {
  const request = {
    url: new URL('/robots.txt', origin).href,
    method: 'GET' as const,
    headers: { 'user-agent': userAgent, accept: 'text/plain, */*;q=0.8' },
    timeoutMs,
    bodyBytesMax: BYTES_MAX + 1, // one more shows whether the last line is complete
    wantsBody: isSuccess,
  }
  const followed = await followRedirects({ fetcher, redirectsMax: REDIRECTS_MAX }, request, signal)
  if (followed.kind === 'response') return fileOf(followed.response)
  const { kind } = followed
  // section 2.3.1.2: a robots.txt that redirects do not lead to may be taken as unavailable
  if (kind === 'lost') return without('absent', followed.status, `${followed.message}.`)
  const isBlocked = followed.failure.reason === 'blocked_address' && followed.url === request.url
  return { ...without('unreachable', null, followed.failure.message), ...(isBlocked && { isBlocked }) }
}

/**
 * What a robots.txt means for a crawler. Without one, everything is allowed; if the server cannot say, nothing is (RFC 9309
 * sections 2.3.1.3 and 2.3.1.4).
 * @param token see `productToken`
 */
export function robotsOf({ outcome, text }: Pick<RobotsFile, 'outcome' | 'text'>, token: string): Robots {
  const robots = parseRobots(outcome === 'parsed' ? text : '', token)
  if (outcome !== 'unreachable') return robots
  return { ...robots, decide: url => ({ allowed: pathOf(url) === '/robots.txt', rule: null, line: null }) }
}

function fileOf(response: FetchedResponse): RobotsFile {
  const { status, statusText, body, isTruncated, warning } = response
  const answer = `The server answered ${`${status} ${statusText}`.trim()}.`
  // 4xx means unavailable, but 429 says "not now", not "there is none": as Google does, it is taken as an error of the server
  if (status >= 500 || status === 429) return without('unreachable', status, answer)
  if (!isSuccess(status)) return without('absent', status, answer)
  // rules that have not arrived may be the ones that disallow
  if (isTruncated && body.length <= BYTES_MAX)
    return without('unreachable', status, warning ?? 'The response ended too early.')
  const decoded = new TextDecoder().decode(body.subarray(0, completeLength(body)))
  const text = decoded.replaceAll('\0', '\uFFFD')
  const problem = unreadable(decoded, response.headers['content-type'])
  if (problem) return { outcome: 'unreadable', statusCode: status, detail: problem, text }
  return { outcome: 'parsed', statusCode: status, detail: body.length > BYTES_MAX ? TOO_LONG : null, text }
}

const TOO_LONG = 'It is longer than 500 KiB: the rest is ignored.'
const isSuccess = (status: number) => status >= 200 && status < 300
const without = (outcome: RobotsOutcome, statusCode: number | null, detail: string): RobotsFile => ({
  ...{ outcome, statusCode, detail },
  text: '',
})

/** Up to the last line that ends within the cap, if the body is longer. */
function completeLength(body: Buffer): number {
  if (body.length <= BYTES_MAX) return body.length
  return 1 + Math.max(body.lastIndexOf('\n', BYTES_MAX), body.lastIndexOf('\r', BYTES_MAX))
}

/** Why a body is no robots.txt: many servers answer with a page. A page that holds a group all the same is obeyed. */
function unreadable(text: string, contentType = 'text/plain'): string | undefined {
  if (/^[ \t]*user-?agent[ \t]*:/im.test(text)) return undefined
  if (/^\s*<[!?a-z]/i.test(text)) return 'It is an HTML or XML page instead of a robots.txt. Everything is allowed.'
  if (/[\0-\x08\x0e-\x1f]/.test(text)) return 'It is not text. Everything is allowed.'
  if (/^\s*(text\/plain|application\/octet-stream)?\s*(;|$)/i.test(contentType) || /^[ \t]*sitemap[ \t]*:/im.test(text))
    return undefined
  if (text.trim() === '') return undefined
  return `It is of type ${contentType} and holds no rule. Everything is allowed.`
}
