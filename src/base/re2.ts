import { RE2JS, type RE2JSSyntaxException } from 're2js'
import { messageOf } from './errors'
import { sizeOfPattern } from './pattern-size'

/** Parts of a compiled pattern: larger ones would take too long to compile and to match. */
const SIZE_MAX = 4_000

/** A regular expression cannot be compiled; the message is Go's: `error parsing regexp: ...`. */
export class PatternError extends Error {
  override name = 'PatternError'
}

/**
 * Compiles a regular expression of RE2, which takes linear time to match.
 * @param whole it must match the whole text, not only a part
 * @throws PatternError
 */
export function compilePattern(source: string, { whole = false } = {}): { test(text: string): boolean } {
  if (sizeOfPattern(source) > SIZE_MAX)
    throw new PatternError(`error parsing regexp: expression too large: \`${source}\``)
  try {
    return RE2JS.compile(whole ? `^(?:${source})$` : source)
  } catch (error) {
    throw new PatternError(messageOf(error as RE2JSSyntaxException))
  }
}
