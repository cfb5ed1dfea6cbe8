/** The path of a rule, ready to be compared with paths of URLs. */
export interface PathPattern {
  /** The same for all that match the same. Its octets decide which of the matching rules counts. */
  normalized: string
  matches(path: string): boolean
}

/**
 * Reads the path of a rule (RFC 9309 section 2.2.3): `*` matches any characters, `$` at the end is the end of the URL.
 * Without it, a rule matches all that begins with its path.
 */
export function pathPattern(rule: string): PathPattern {
  const toEnd = rule.endsWith('$')
  let isInQuery = false
  const [first = '', ...parts] = (toEnd ? rule.slice(0, -1) : rule).split(/\*+/).map(part => {
    const normalized = normalizePath(part, isInQuery)
    isInQuery ||= part.includes('?')
    return normalized
  })
  return {
    normalized: [first, ...parts].join('*') + (toEnd ? '$' : ''),
    matches: path => matchParts(path, first, parts, toEnd),
  }
}

/**
 * What comes earliest is enough for each part, except for the last one of a pattern that ends with `$`: so nothing is
 * ever tried twice, and the effort grows with the length of the path only.
 */
function matchParts(path: string, first: string, parts: readonly string[], toEnd: boolean): boolean {
  if (!path.startsWith(first)) return false
  let position = first.length
  const last = toEnd ? parts.length - 1 : parts.length
  for (let index = 0; index < last; index++) {
    const part = parts[index] as string
    const found = path.indexOf(part, position)
    if (found < 0) return false
    position = found + part.length
  }
  if (!toEnd) return true
  const end = parts.at(-1)
  if (end === undefined) return position === path.length
  return path.length - end.length >= position && path.endsWith(end)
}

/** The path and query of a URL, to be matched by patterns. */
export function pathOf(url: string): string {
  const { pathname, search } = new URL(url)
  return normalizePath(pathname + search, false)
}

/** What stands for itself in rules and URLs (RFC 3986 section 2), without escapes. */
const PLAIN = /^[\w.~!&'()+,;=:@/?#[\]-]*$/
const ODD = /%[0-9a-fA-F]{2}|[^\w.~!&'()+,;=:@/?#[\]%-]/gu
/** And the apostrophe, which the URL Standard encodes in queries only. */
const UNRESERVED = /[\w.~'-]/
/** Delimiters that mean nothing in a query (RFC 3986 section 3.4), which programs encode or not as they like. */
const FREE_IN_QUERY = /[:/?@]/

/**
 * Writes what is equivalent the same way (RFC 9309 section 2.2.2): what may stand for itself does, anything else is
 * percent-encoded as UTF-8, and so are `*` and `$`, which are special in rules.
 * @param isInQuery whether it begins in a query
 */
function normalizePath(path: string, isInQuery: boolean): string {
  if (PLAIN.test(path)) return path
  const queryAt = isInQuery ? -1 : path.indexOf('?')
  const isQuery = (at: number) => isInQuery || (queryAt >= 0 && at > queryAt)
  return path.replace(ODD, (found, at: number) => {
    if (found === '*') return '%2A' // which encodeURIComponent leaves as it is
    if (found.length !== 3 || !found.startsWith('%')) return encodeURIComponent(found.toWellFormed())
    const character = String.fromCharCode(Number.parseInt(found.slice(1), 16))
    const isPlain = UNRESERVED.test(character) || (isQuery(at) && FREE_IN_QUERY.test(character))
    return isPlain ? character : found.toUpperCase()
  })
}
