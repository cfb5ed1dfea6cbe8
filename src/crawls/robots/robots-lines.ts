/** A line that has a meaning. */
export interface RobotsLine {
  /** From 1. */
  number: number
  key: RobotsKey
  value: string
  /** As written, without the comment. */
  text: string
  /** What is wrong with the line, although it is understood. */
  problem?: string
}

export type RobotsKey = (typeof KEYS)[number]

/** A line that is not understood. */
export interface UnknownLine {
  number: number
  key: undefined
  text: string
  problem: string
}

const KEYS = ['user-agent', 'allow', 'disallow', 'crawl-delay', 'sitemap'] as const
/** Frequent slips, which Google's parser accepts too. */
const SLIPS: Record<string, RobotsKey> = {
  useragent: 'user-agent',
  'user agent': 'user-agent',
  dissallow: 'disallow',
  dissalow: 'disallow',
  disalow: 'disallow',
  diasllow: 'disallow',
  disallaw: 'disallow',
  'site-map': 'sitemap',
  crawldelay: 'crawl-delay',
  'crawl delay': 'crawl-delay',
}

/** Reads the lines of a robots.txt (RFC 9309 section 2.2), without comments and blank lines. Lines end with CR, LF or both. */
export function robotsLines(text: string): (RobotsLine | UnknownLine)[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .flatMap((line, index) => {
      const content = (line.split('#', 1)[0] as string).trim()
      return content ? [readLine(content, index + 1)] : []
    })
}

function readLine(text: string, number: number): RobotsLine | UnknownLine {
  const colon = text.indexOf(':')
  const name = text.slice(0, Math.max(colon, 0)).trim().toLowerCase()
  const key = keyOf(name)
  if (colon > 0 && key) {
    const value = text.slice(colon + 1).trim()
    return { number, key, value, text, ...(key !== name && { problem: `It is read as "${key}".` }) }
  }
  return readWithoutColon(text, number) ?? { number, key: undefined, text, problem: unknownProblem(text, name) }
}

/** As Google does: if there are just two words, what they mean is obvious. */
function readWithoutColon(text: string, number: number): RobotsLine | undefined {
  const [name = '', value, ...more] = text.split(/\s+/)
  const key = keyOf(name.toLowerCase())
  if (!key || value === undefined || more.length > 0) return undefined
  return { number, key, value, text, problem: 'The colon is missing.' }
}

function unknownProblem(text: string, name: string): string {
  if (name) return 'Crawlers that follow RFC 9309 do not know this line.'
  return text.startsWith(':') ? 'The name before the colon is missing.' : 'It is no "name: value".'
}

const keyOf = (name: string): RobotsKey | undefined =>
  KEYS.find(key => key === name) ?? (Object.hasOwn(SLIPS, name) ? SLIPS[name] : undefined)
