/** Parts of a path; Heritrix draws the same line. */
const SEGMENTS_MAX = 20
/** How often the same part, or group of parts, may follow itself: `/a/b/a/b/a/b/` is one too many. */
const REPEATS_MAX = 2

const FIRST_YEAR = 1_700
const YEARS_AHEAD = 5

const MONTH = '(?:0[1-9]|1[0-2])'
const DAY = '(?:0[1-9]|[12]\\d|3[01])'
/** Dates as calendars link to them: `/2026/11/30`, `2026-11`, `20261130`. */
const DATE = new RegExp(
  `(?<!\\d)(\\d{4})(?:/${MONTH}/${DAY}|-${MONTH}(?:-${DAY})?|${MONTH}${DAY})(?!\\d)|(?<=/(?:archives?|agenda|calendar|calendrier|events?|kalender)/)(\\d{4})(?:/${MONTH})?(?!\\d)`,
  'gi',
)
const YEAR_PARAMETER = /[?&](?:year|yr|jahr|annee)=(\d{4})(?!\d)/gi

/** Why a URL looks like one of endlessly many that a server makes up, in words; undefined: it does not. */
export function trapProblem(href: string): string | undefined {
  const path = pathOf(href)
  const segments = path.split('/').filter(Boolean)
  if (segments.length > SEGMENTS_MAX) return `Its path has ${segments.length} parts; up to ${SEGMENTS_MAX} are followed`
  const repeated = repeatedGroup(segments)
  if (repeated) return `Its path repeats "${repeated}" more than ${REPEATS_MAX} times`
  const year = farYear(href.slice(href.length - path.length - queryOf(href).length))
  return year === undefined ? undefined : `It is about the year ${year}: a calendar without an end`
}

/** Numbers may repeat: `/1/1/1` is the first section of a first chapter. */
function repeatedGroup(segments: readonly string[]): string | undefined {
  for (let size = 1; size * (REPEATS_MAX + 1) <= segments.length; size++) {
    let same = 0
    for (let at = size; at < segments.length; at++) {
      same = segments[at] === segments[at - size] ? same + 1 : 0
      if (same < size * REPEATS_MAX) continue
      const group = segments.slice(at - size + 1, at + 1)
      if (group.some(segment => /\D/.test(segment))) return `${group.join('/')}/`
    }
  }
  return undefined
}

function farYear(text: string): number | undefined {
  if (!/\d{4}/.test(text)) return undefined
  const last = new Date().getUTCFullYear() + YEARS_AHEAD
  const years = [...text.matchAll(DATE), ...text.matchAll(YEAR_PARAMETER)].map(([, one, two]) => Number(one ?? two))
  return years.find(year => year < FIRST_YEAR || year > last)
}

/**
 * The family of URLs that a page with parameters, or a calendar, may make up without an end: path and names of
 * parameters, with dates left out. Null: there is neither a query nor a date. The frontier limits URLs per family.
 * @param href normalized, as in `CrawlUrl`
 */
export function templateOf(href: string): string | null {
  const query = queryOf(href)
  const end = href.length - query.length
  const start = pathStart(href)
  const path = href.slice(start, end)
  const undated = path.replace(DATE, '{date}')
  if (query.length <= 1 && undated === path) return null
  const names = query
    .slice(1)
    .split('&')
    .map(parameter => parameter.split('=', 1)[0] as string)
  const sorted = [...new Set(names)].filter(Boolean).sort()
  return `${href.slice(0, start)}${undated}${query && `?${sorted.join('&')}`}`
}

const pathStart = (href: string): number => href.indexOf('/', href.indexOf('//') + 2)
const pathOf = (href: string): string => href.slice(pathStart(href), href.length - queryOf(href).length)

function queryOf(href: string): string {
  const at = href.indexOf('?')
  return at === -1 ? '' : href.slice(at)
}
