/** Any one character, and any number of them. */
const ONE = 1
const MANY = 2
type Part = string | typeof ONE | typeof MANY

/** One part of a plain pattern, or the bar between alternatives. */
const PART = /\.([*+]?)(?![*+?{])|([\w:/@ ,=%#&~"'<>;!-])(?![*+?{])|\\([!-/:-@[-`{-~])(?![*+?{])|(\|)/y
const IN_GROUP = /^\((?:\?:)?([^()]*)\)$/
/** To a regular expression, a dot is one code point, and no line feed. */
const UNUSUAL = /[\n\ud800-\udfff]/

/** A pattern of characters, dots, `.*`, `.+` and alternatives, in one group at most. */
export interface PlainPattern {
  /** The values it matches, if it is nothing but their list. */
  values: string[] | undefined
  /** Not to be asked about values for which `isUnusual`. */
  matches(value: string): boolean
}

export const isUnusual = (value: string) => UNUSUAL.test(value)

/**
 * Reads a pattern if it is plain. Most are: lists, prefixes and the like, which plain search matches many times faster
 * than a regular expression does.
 */
export function plainPattern(source: string): PlainPattern | undefined {
  const alternatives = alternativesOf(IN_GROUP.exec(source)?.[1] ?? source)
  if (!alternatives) return undefined
  const isList = alternatives.every(parts => parts.every(part => typeof part === 'string'))
  const values = isList ? alternatives.map(parts => parts.join('')) : undefined
  if (!values) return { values, matches: value => alternatives.some(parts => isMatch(parts, value)) }
  const known = new Set(values)
  return { values, matches: value => known.has(value) }
}

function alternativesOf(source: string): Part[][] | undefined {
  const alternatives: Part[][] = [[]]
  for (PART.lastIndex = 0; PART.lastIndex < source.length; ) {
    const found = PART.exec(source)
    if (!found) return undefined
    const [, repeat, plain, escaped, bar] = found
    if (bar) alternatives.push([])
    else alternatives.at(-1)?.push(...(repeat === undefined ? [plain ?? (escaped as string)] : dots(repeat)))
  }
  return alternatives
}

function dots(repeat: string): Part[] {
  if (repeat === '') return [ONE]
  return repeat === '*' ? [MANY] : [ONE, MANY]
}

/** Whether parts match a whole value: where they do not go on, the last MANY takes one more character. */
function isMatch(parts: readonly Part[], value: string): boolean {
  let [part, at, retryPart, retryAt] = [0, 0, -1, 0]
  while (at < value.length) {
    if (parts[part] === MANY) {
      retryPart = ++part
      retryAt = at
    } else if (parts[part] === ONE || parts[part] === value[at]) {
      part++
      at++
    } else if (retryPart >= 0) {
      part = retryPart
      at = ++retryAt
    } else return false
  }
  while (parts[part] === MANY) part++
  return part === parts.length
}
