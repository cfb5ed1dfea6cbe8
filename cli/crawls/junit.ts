import type { CrawledPage } from '../../src/contract/crawl-pages'
import type { BrokenLink } from '../../src/contract/crawl-reports'
import { urlFrom } from '../../text/url'
import { endedBadly, type FailOn, type Report } from './fail-on'
import { endReasonText, referrerLines, troubleOf } from './text'

interface Case {
  /** Readers group by it: the host. */
  classname: string
  name: string
  seconds?: number
  /** The element that says what is wrong; none if nothing is. */
  result?: { element: 'failure' | 'error' | 'skipped'; message: string; type: string; text: string }
}

/**
 * A report in the format of JUnit, which CI systems read: a test suite for the crawl, with a test for each URL that was
 * checked, and one for the crawl itself, so that it is never empty. With `--fail-on new-broken` alone, links that were broken before
 * are skipped tests.
 * @param pages those that were fetched or failed
 */
export function junitOf(report: Report, pages: readonly CrawledPage[], failOn: readonly FailOn[]): string {
  const { crawl } = report
  const cases = casesOf(report, pages, failOn)
  const count = (element: string) => cases.filter(({ result }) => result?.element === element).length
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}"`
  const began = Date.parse(crawl.started_at ?? crawl.created_at)
  const seconds = secondsText(Date.parse(crawl.ended_at ?? '') - began || 0)
  const name = attribute(`tailrace crawl ${crawl.seeds[0]}`)
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="tailrace" ${counts} time="${seconds}">
<testsuite name=${name} ${counts} skipped="${count('skipped')}" time="${seconds}" timestamp="${new Date(began).toISOString().slice(0, 19)}">
<properties>
<property name="crawl" value=${attribute(crawl.id)}/>
<property name="ended_because" value=${attribute(crawl.ended_because ?? 'failed')}/>
</properties>
${cases.map(caseText).join('\n')}
</testsuite>
</testsuites>
`
}

function casesOf({ crawl, broken }: Report, pages: readonly CrawledPage[], failOn: readonly FailOn[]): Case[] {
  const knownMayStay = failOn.includes('new-broken') && !failOn.includes('broken')
  const byKey = new Map(broken.map(link => [link.key, link]))
  const listed = new Set(pages.map(({ key }) => key))
  return [
    endCase(crawl),
    ...pages.map(page => {
      const link = byKey.get(page.key)
      return link ? brokenCase(link, knownMayStay, page.duration_ms) : pageCase(page)
    }),
    ...broken.filter(({ key }) => !listed.has(key)).map(link => brokenCase(link, knownMayStay, null)),
  ]
}

function endCase(crawl: Report['crawl']): Case {
  const named = { classname: 'tailrace', name: 'The crawl ends well' }
  if (!endedBadly(crawl)) return named
  const message = `The crawl ${endReasonText(crawl)}`
  return { ...named, result: { element: 'error', message, type: crawl.ended_because ?? 'failed', text: '' } }
}

function pageCase({ url, outcome, duration_ms, reason, explanation }: CrawledPage): Case {
  const named = { ...namesOf(url), ...secondsOf(duration_ms) }
  if (outcome !== 'failed') return named
  const type = reason ?? 'failed'
  return { ...named, result: { element: 'failure', message: explanation ?? type, type, text: '' } }
}

function brokenCase(link: BrokenLink, knownMayStay: boolean, durationMs: number | null): Case {
  const isKept = knownMayStay && !link.is_new
  return {
    ...namesOf(link.url),
    ...secondsOf(durationMs),
    result: {
      element: isKept ? 'skipped' : 'failure',
      message: `Broken link: ${troubleOf(link)}${isKept ? ', as in the crawl before' : ''}`,
      type: 'broken_link',
      text: [link.url, ...referrerLines(link)].join('\n'),
    },
  }
}

const namesOf = (url: string) => ({ classname: urlFrom(url)?.host ?? 'tailrace', name: url })
const secondsOf = (durationMs: number | null) => (durationMs === null ? {} : { seconds: durationMs / 1_000 })
const secondsText = (ms: number) => (ms / 1_000).toFixed(3)

function caseText({ classname, name, seconds, result }: Case): string {
  const time = seconds === undefined ? '' : ` time="${seconds.toFixed(3)}"`
  const head = `<testcase classname=${attribute(classname)} name=${attribute(name)}${time}`
  if (!result) return `${head}/>`
  const { element, message, type, text } = result
  // a skipped test has a message only
  const what = element === 'skipped' ? '' : ` type=${attribute(type)}`
  return `${head}><${element} message=${attribute(message)}${what}>${escaped(text)}</${element}></testcase>`
}

const attribute = (text: string) => `"${escaped(text).replace(/[\t\n\r]/g, ' ')}"`

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }
/** What XML 1.0 does not allow anywhere, not even escaped (section 2.2). */
const FORBIDDEN = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

const escaped = (text: string) =>
  text.replace(FORBIDDEN, '\ufffd').replace(/[&<>"']/g, character => ENTITIES[character] ?? character)
