/** Any one character, and any number of them; other parts are the code of a character. */
const ONE = -1
const MANY = -2

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

/** Many patterns are asked about the same value. */
let latest = { value: '', isUnusual: false }

export function isUnusual(value: string): boolean {
  if (latest.value !== value) latest = { value, isUnusual: UNUSUAL.test(value) }
  return latest.isUnusual
}

/**
 * Reads a pattern if it is plain. Most are: lists, prefixes and the like, which plain search matches many times faster
 * than a regular expression does.
 */
export function plainPattern(source: string): PlainPattern | undefined {
  const alternatives = alternativesOf(IN_GROUP.exec(source)?.[1] ?? source)
  if (!alternatives) return undefined
  const isList = alternatives.every(parts => parts.every(part => part >= 0))
  if (!isList) return { values: undefined, matches: value => hasMatch(alternatives, value) }
  const values = alternatives.map(parts => String.fromCharCode(...parts))
  const known = new Set(values)
  return { values, matches: value => known.has(value) }
}

function alternativesOf(source: string): number[][] | undefined {
  const alternatives: number[][] = [[]]
  for (PART.lastIndex = 0; PART.lastIndex < source.length; ) {
    const found = PART.exec(source)
    if (!found) return undefined
    const [, repeat, plain, escaped, bar] = found
    if (bar) alternatives.push([])
    else alternatives.at(-1)?.push(...(repeat === undefined ? [(plain ?? escaped ?? '').charCodeAt(0)] : dots(repeat)))
  }
  return alternatives
}

function dots(repeat: string): number[] {
  if (repeat === '') return [ONE]
  return repeat === '*' ? [MANY] : [ONE, MANY]
}

function hasMatch(alternatives: readonly number[][], value: string): boolean {
  for (const parts of alternatives) if (isMatch(parts, value)) return true
  return false
}

/** Whether parts match a whole value: where they do not go on, the last MANY takes one more character. */
function isMatch(parts: readonly number[], value: string): boolean {
  let part = 0
  let retryPart = -1
  let retryAt = 0
  for (let at = 0; at < value.length; ) {
    const wanted = part < parts.length ? parts[part] : undefined
    if (wanted === MANY) {
      retryPart = ++part
      retryAt = at
      if (part === parts.length) return true
    } else if (wanted === ONE || wanted === value.charCodeAt(at)) {
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
