import { createHash } from 'node:crypto'
import { isRedirect } from '../../base/http'
import type { FetchedResponse, FetchFailure } from '../fetch/fetcher'
import { retryAfterMs, retryDelayMs } from '../fetch/retry'
import { currentUrl, type Entry } from '../frontier/entry'
import type { Addition, Finish, Freed } from '../frontier/frontier'
import { isPage } from '../html/page-type'
import { readResponse } from '../html/read-response'
import { type PageRecord, type ReadPage, skippedPage } from '../pages/page-record'
import { readUrl } from '../urls/read-url'
import { archivedResponse } from './archived-response'
import { type FoundLinks, robotsExplanation } from './found-links'
import { crawlDelayMs } from './origins'
import { pageRequest, statusRequest } from './page-request'
import { archivedOf, type PreviousPage } from './previous-pages'
import type { Site } from './site'

/** What a visit comes to. */
export interface Visit {
  /** To be stored: the page, and the links in it that are not followed. */
  pages: PageRecord[]
  additions: readonly Addition[]
  finish: Finish
}

type Free = (freed: Omit<Freed, 'entry'>) => void

/** Visits URLs: asks for them, reads pages, and says what is to be stored and added. */
export class Visitor {
  constructor(
    private readonly site: Site,
    private readonly found: FoundLinks,
    private readonly signal: AbortSignal,
  ) {}

  /** A URL that is not fetched, because of a limit or a trap. */
  drop(entry: Entry, reason: string): Visit {
    return this.skip(entry, reason, DROPPED[reason] ?? reason)
  }

  /** @param free called as soon as the host may be asked for something else */
  async visit(entry: Entry, free: Free): Promise<Visit> {
    if (entry.kind === 'external') return this.check(entry, free)
    const denied = await this.checkRobots(entry, free)
    if (denied) return denied
    const previous = entry.hops.length ? undefined : await this.site.parts.previous?.find(entry.key)
    const result = await this.fetch(entry, pageRequest(this.site, currentUrl(entry), previous), free)
    if (result.kind === 'failure') return this.failed(entry, result)
    const moved = this.redirected(entry, result)
    if (moved) return moved
    if (result.status === 304 && previous) return this.unchanged(entry, result, previous)
    const again = this.retry(entry, result)
    if (again) return again
    if (result.status >= 400) return this.fail(entry, 'http_status', `The server answered ${result.status}.`, result)
    if (!isPage(result.headers['content-type'] ?? null)) {
      const type = result.headers['content-type'] ?? 'no type'
      return this.skip(entry, 'content_type', `Not HTML, but ${type}.`, result)
    }
    return this.read(entry, result)
  }

  /** A link out of scope: asked for its status only. */
  private async check(entry: Entry, free: Free): Promise<Visit> {
    const result = await this.fetch(entry, statusRequest(this.site, currentUrl(entry), entry.method), free)
    if (result.kind === 'failure') {
      // some servers only drop what they do not expect
      return this.retry(entry, result, 'GET') ?? this.external(entry, result.reason, result.message, result)
    }
    const moved = this.redirected(entry, result)
    if (moved) return moved
    // some servers refuse HEAD, or answer it with what they would not answer GET
    if (entry.method === 'HEAD' && result.status >= 400) return this.again(entry, { ...entry, method: 'GET' }, 0)
    const again = this.retry(entry, result)
    return again ?? this.external(entry, 'out_of_scope', `Out of scope; the server answered ${result.status}.`, result)
  }

  private external(entry: Entry, reason: string, explanation: string, result: FetchedResponse | FetchFailure): Visit {
    return this.settled(entry, { ...this.record(entry, result), outcome: 'skipped', reason, explanation })
  }

  private async fetch(entry: Entry, request: Parameters<Site['parts']['fetcher']['fetch']>[0], free: Free) {
    const { fetcher, cookies } = this.site.parts
    const result = await fetcher.fetch(request, this.signal)
    // a request that was stopped says nothing about the server
    this.signal.throwIfAborted()
    if (result.kind === 'response') cookies?.keep(request.url, result.setCookies)
    const pauseMs = result.kind === 'response' ? pauseOf(result) : 0
    const crawlDelayMs = entry.kind === 'page' ? this.crawlDelayOf(currentUrl(entry)) : undefined
    free({ pauseMs, sinceMs: result.durationMs, crawlDelayMs })
    return result
  }

  /** Undefined if the URL may be fetched. */
  private async checkRobots(entry: Entry, free: Free): Promise<Visit | undefined> {
    const { settings, parts } = this.site
    if (!settings.politeness.obey_robots) return undefined
    const url = currentUrl(entry)
    const { origin } = new URL(url)
    const { file, robots, askedAt } = await parts.origins.read(origin, entry.host, this.signal)
    const { allowed, rule } = robots.decide(url)
    const sinceMs = askedAt === undefined ? undefined : performance.now() - askedAt
    const freed = { pauseMs: 0, sinceMs, crawlDelayMs: crawlDelayMs(robots) }
    if (!allowed) {
      free(freed)
      if (file.isBlocked) return this.fail(entry, 'blocked_address', file.detail ?? 'The address is blocked.')
      if (file.outcome !== 'unreachable') return this.skip(entry, 'robots', robotsExplanation(rule))
      return this.skip(entry, 'robots_unreachable', `robots.txt could not be read: ${file.detail ?? 'no answer'}`)
    }
    if (askedAt === undefined) return undefined
    // reading robots.txt was the host's turn: the page has to wait for the next one
    free(freed)
    return this.again(entry, entry, 0)
  }

  /** What the host's robots.txt asks for, in ms; undefined if it matters and is not known. */
  private crawlDelayOf(url: string): number | undefined {
    const { settings, parts } = this.site
    if (!settings.politeness.obey_robots) return 0
    const origin = parts.origins.peek(new URL(url).origin)
    return origin && crawlDelayMs(origin.robots)
  }

  /** Undefined unless the response is a redirect. */
  private redirected(entry: Entry, response: FetchedResponse): Visit | undefined {
    const { status, headers } = response
    if (!isRedirect(status) || !headers.location) return undefined
    const { site } = this
    const from = currentUrl(entry)
    const target = readUrl(headers.location, from, site.urlOptions)
    if (!target)
      return this.fail(
        entry,
        'redirect_invalid',
        `Redirects to "${headers.location}", which is no URL of a page.`,
        response,
      )
    const hops = [...entry.hops, { url: from, status_code: status, location: target.href }]
    // with cookies, the same address may answer otherwise the next time
    const isLoop =
      !site.settings.cookies && hops.some(({ url }) => readUrl(url, undefined, site.urlOptions)?.key === target.key)
    if (isLoop)
      return this.fail({ ...entry, hops }, 'redirect_loop', `Redirects in a loop, to ${target.href}`, response)
    if (hops.length > site.settings.limits.redirects)
      return this.fail(
        { ...entry, hops },
        'too_many_redirects',
        `Redirects more than ${site.settings.limits.redirects} times.`,
        response,
      )
    const decision = entry.kind === 'page' ? site.scope.decideRedirect(target) : { accepted: true as const }
    if (!decision.accepted)
      return this.skip(
        { ...entry, hops },
        'redirect_out_of_scope',
        `Redirects to ${target.href}: ${decision.explanation}`,
        response,
      )
    return this.again(entry, { ...entry, host: target.host, hops, tries: 0 }, 0, response.bytes)
  }

  private failed(entry: Entry, failure: FetchFailure): Visit {
    return this.retry(entry, failure) ?? this.fail(entry, failure.reason, failure.message, failure)
  }

  /** Undefined if it is not tried again. */
  private retry(entry: Entry, result: FetchedResponse | FetchFailure, method = entry.method): Visit | undefined {
    if (entry.tries >= this.site.settings.limits.retries) return undefined
    const waitMs = retryDelayMs(result, entry.tries + 1)
    if (waitMs === null) return undefined
    const bytes = result.kind === 'response' ? result.bytes : 0
    return this.again(entry, { ...entry, method, tries: entry.tries + 1 }, waitMs, bytes)
  }

  private again(entry: Entry, next: Entry, waitMs: number, bytes = 0): Visit {
    return { pages: [], additions: [], finish: { entry, outcome: 'again', next, waitMs, bytes } }
  }

  private read(entry: Entry, response: FetchedResponse): Visit {
    const { settings, token } = this.site
    const { headers, body, isTruncated, warning } = response
    const { content, charset, source } = readResponse(response, { url: currentUrl(entry), token }, settings)
    const { title, description, noindex, mixedContent, linksLeftOut: _, ...stored } = content
    return this.fetched(
      entry,
      { ...this.record(entry, response), explanation: warning },
      {
        ...{ title, description, noindex, contentHash: sha256(body), textHash: sha256(content.text) },
        archived: settings.archive ? archivedResponse(response) : null,
        content: {
          ...{
            ...stored,
            redirects: entry.hops,
            mixed_content: mixedContent,
            truncated: isTruncated,
            unchanged: false,
          },
          ...{ charset, charset_source: source },
          ...{ etag: headers.etag ?? null, last_modified: headers['last-modified'] ?? null },
        },
      },
    )
  }

  /** The server said that a page has not changed: what is known of it holds. */
  private async unchanged(entry: Entry, response: FetchedResponse, previous: PreviousPage): Promise<Visit> {
    const { title, description, noindex, content_hash, text_hash, content, status_code, content_type } = previous
    const record = { ...this.record(entry, response), statusCode: status_code, contentType: content_type }
    return this.fetched(entry, record, {
      ...{ title, description, noindex, contentHash: content_hash, textHash: text_hash },
      archived: this.site.settings.archive ? await archivedOf(previous) : null,
      content: { ...content, unchanged: true },
    })
  }

  private fetched(entry: Entry, record: PageRecord, read: Omit<ReadPage, 'links'>): Visit {
    const { keys: links, additions, skipped } = this.found.ofPage(read.content, entry)
    const page: PageRecord = { ...record, outcome: 'fetched', read: { ...read, links } }
    return { ...this.settled(entry, page), pages: [page, ...skipped], additions }
  }

  fail(entry: Entry, reason: string, explanation: string, result?: FetchedResponse | FetchFailure): Visit {
    if (entry.kind === 'external' && result) return this.external(entry, reason, explanation, result)
    return this.settled(entry, { ...this.record(entry, result), outcome: 'failed', reason, explanation })
  }

  private skip(entry: Entry, reason: string, explanation: string, result?: FetchedResponse): Visit {
    return this.settled(entry, { ...this.record(entry, result), outcome: 'skipped', reason, explanation })
  }

  private settled(entry: Entry, page: PageRecord): Visit {
    const { outcome, reason, bytes } = page
    return { pages: [page], additions: [], finish: { entry, outcome, reason, bytes } }
  }

  private record(entry: Entry, result?: FetchedResponse | FetchFailure): PageRecord {
    const { key, host, url, depth, from, hops } = entry
    const record = skippedPage({ key, url, host, depth, from, reason: null, explanation: null })
    const finalUrl = hops.length ? currentUrl(entry) : null
    const finalKey = finalUrl && (readUrl(finalUrl, undefined, this.site.urlOptions)?.key ?? null)
    const facts = { finalUrl, finalKey, redirects: hops.length, isExternal: entry.kind === 'external' }
    if (!result) return { ...record, ...facts }
    const { firstByteMs, durationMs } = result
    if (result.kind === 'failure') return { ...record, ...facts, firstByteMs, durationMs }
    const { status, headers, bytes } = result
    return {
      ...{ ...record, ...facts, firstByteMs, durationMs, bytes },
      ...{ statusCode: status, contentType: headers['content-type'] ?? null },
    }
  }
}

/** Why URLs are dropped, for people. */
const DROPPED: Record<string, string> = {
  page_limit: 'The limit of pages was reached.',
  bytes_limit: 'The limit of bytes was reached.',
  time_limit: 'The time limit was reached.',
  trap: 'There are very many URLs that differ only in their query: probably a trap.',
}

/** Statuses that ask all of a host's visitors to slow down (RFC 6585, section 4; RFC 9110, section 15.6.4). */
const SLOW_DOWN = new Set([429, 503])

const pauseOf = ({ status, headers }: FetchedResponse): number =>
  SLOW_DOWN.has(status) ? (retryAfterMs(headers, Date.now()) ?? 0) : 0

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest()
