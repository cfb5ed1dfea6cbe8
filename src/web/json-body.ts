import { badRequest, type Fault, Problem } from '../base/errors'

/** Far more than any request needs, and far less than recursion or PostgreSQL's `jsonb` can handle. */
const DEPTH_MAX = 100
const FAULTS_MAX = 10
/** Longer names are cut in the paths of faults. */
const NAME_CHARS_MAX = 100

const utf8 = new TextDecoder('utf-8', { fatal: true })

export interface JsonBody {
  value: unknown
  /** Content that JavaScript, PostgreSQL or other programs would silently change or drop (I-JSON, RFC 7493 section 2). */
  faults: Fault[]
}

/** @throws Problem 400 if the body is not JSON, or nested too deeply */
export function parseJsonBody(bytes: Buffer): JsonBody {
  const text = decode(bytes)
  const { depth, names } = measure(text)
  if (depth > DEPTH_MAX)
    throw badRequest([{ path: 'body', message: `The body is nested more than ${DEPTH_MAX} levels deep.` }])
  const value = parseText(text)
  const { faults, kept } = check(value)
  if (kept < names) faults.push({ path: repeatedPath(text), message: 'This name occurs twice in one object.' })
  return { value, faults }
}

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw invalidJson('The text is not valid UTF-8.')
  }
}

function parseText(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw invalidJson(error instanceof Error ? error.message : String(error))
  }
  if (typeof value !== 'object' || value === null) throw invalidJson('The body must be an object or an array.')
  return value
}

const invalidJson = (message: string) =>
  new Problem(400, 'invalid_json', 'The body is not valid JSON.', [{ path: 'body', message }])

/** Codes of the characters that structure JSON (RFC 8259, section 2). */
const CODES = { quote: 34, colon: 58, bracket: 91, backslash: 92, bracketEnd: 93, brace: 123, braceEnd: 125 }

/** Measures nesting depth and counts names without parsing. */
function measure(text: string): { depth: number; names: number } {
  let [depth, deepest, names, isInString] = [0, 0, 0, false]
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i)
    if (isInString && character === CODES.backslash) i++
    else if (character === CODES.quote) isInString = !isInString
    else if (isInString) continue
    else if (character === CODES.brace || character === CODES.bracket) deepest = Math.max(deepest, ++depth)
    else if (character === CODES.braceEnd || character === CODES.bracketEnd) depth--
    else if (character === CODES.colon) names++
  }
  return { depth: deepest, names }
}

/** Finds values that cannot be stored as sent, and counts the names. */
function check(body: unknown): { faults: Fault[]; kept: number } {
  const faults: Fault[] = []
  const path = ['body']
  let kept = 0
  const refuse = (message: string | undefined) => {
    if (message && faults.length < FAULTS_MAX) faults.push({ path: path.join('.'), message })
  }
  const look = (value: unknown) => {
    if (typeof value === 'string') return refuse(faultOfText(value))
    if (typeof value !== 'object' || value === null) return
    const hasNames = !Array.isArray(value)
    for (const name in value) {
      path.push(name.length > NAME_CHARS_MAX ? name.slice(0, NAME_CHARS_MAX).toWellFormed() : name)
      if (hasNames) {
        kept++
        refuse(name === '__proto__' ? 'This name is not allowed.' : faultOfText(name))
      }
      look((value as Record<string, unknown>)[name])
      path.pop()
    }
  }
  look(body)
  return { faults, kept }
}

/** PostgreSQL's `text` and `jsonb` cannot hold these characters. */
function faultOfText(text: string): string | undefined {
  if (text.includes('\0')) return 'This text contains a NUL character.'
  return text.isWellFormed() ? undefined : 'This text contains a lone surrogate.'
}

/** The path of the first repeated name in valid JSON. */
function repeatedPath(text: string): string {
  const names: Set<string>[] = []
  const path: string[] = []
  let last = ''
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}:]/g)) {
    if (token === '{' || token === '[') {
      names.push(new Set())
      path.push('')
    } else if (token === '}' || token === ']') {
      names.pop()
      path.pop()
    } else if (token !== ':') last = token
    else {
      const name: string = JSON.parse(last)
      path[path.length - 1] = name.slice(0, NAME_CHARS_MAX)
      if (names.at(-1)?.has(name)) return ['body', ...path.filter(Boolean)].join('.')
      names.at(-1)?.add(name)
    }
  }
  return 'body'
}
