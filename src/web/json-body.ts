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

/** Measures nesting depth and counts names without parsing. */
function measure(text: string): { depth: number; names: number } {
  let [depth, deepest, names, isInString] = [0, 0, 0, false]
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (isInString && character === '\\') i++
    else if (character === '"') isInString = !isInString
    else if (isInString) continue
    else if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth)
    else if (character === '}' || character === ']') depth--
    else if (character === ':') names++
  }
  return { depth: deepest, names }
}

/** Finds values that cannot be stored as sent, and counts the names. */
function check(body: unknown): { faults: Fault[]; kept: number } {
  const faults: Fault[] = []
  let kept = 0
  const open: { value: unknown; path: string }[] = [{ value: body, path: 'body' }]
  const refuse = (path: string, message: string | undefined) => {
    if (message && faults.length < FAULTS_MAX) faults.push({ path, message })
  }
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, path } = next
    if (typeof value === 'string') refuse(path, faultOfText(value))
    if (typeof value !== 'object' || value === null) continue
    for (const [name, inner] of Object.entries(value)) {
      const at = `${path}.${name.slice(0, NAME_CHARS_MAX).toWellFormed()}`
      if (!Array.isArray(value)) {
        kept++
        refuse(at, name === '__proto__' ? 'This name is not allowed.' : faultOfText(name))
      }
      open.push({ value: inner, path: at })
    }
  }
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
