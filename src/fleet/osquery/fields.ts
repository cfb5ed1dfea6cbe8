import { type JsonObject, objectOf, parseJson, textOf, tryParseJson } from './json'
import { JsonScanner } from './json-scanner'
import { VALUE_BYTES_MAX } from './limits'
import { Refusal } from './refusal'

/** The top-level fields of a body: `node_key`, `log_type`, `statuses`, ... */
export type Fields = Record<string, unknown>

/**
 * Parses a small body as a whole.
 * @throws Refusal 400
 */
export function fieldsOf(text: string): JsonObject {
  let value: unknown
  try {
    value = parseJson(text)
  } catch (error) {
    throw new Refusal(400, `body: not valid JSON (${error instanceof Error ? error.message : String(error)})`)
  }
  const fields = objectOf(value)
  if (!fields) throw new Refusal(400, 'body: must be a JSON object')
  return fields
}

/** A required text field. @throws Refusal 400 */
export function requireText(fields: Fields, name: string): string {
  const text = textOf(fields[name])
  if (!text) throw new Refusal(400, `${name}: is missing`)
  return text
}

/** Fields that agents write after the large part of a body. */
const LATE = /"(?:node_key|log_type|statuses|messages|stats)"\s*:/g
const CANDIDATES_MAX = 200

/**
 * Finds the fields at the end of a body whose middle was dropped. Rows may have columns with the same names: the fields
 * begin at the first position from which the rest parses as the end of an object.
 */
export function fieldsAtEnd(tail: Buffer): Fields {
  const text = tail.toString('latin1') // one character per byte, so that indexes are the same
  let candidates = 0
  for (const { index } of text.matchAll(LATE)) {
    if (++candidates > CANDIDATES_MAX) break
    const fields = fieldsFrom(tail.subarray(index))
    if (fields) return fields
  }
  return {}
}

function fieldsFrom(bytes: Buffer): Fields | undefined {
  const fields: Fields = {}
  const scanner = new JsonScanner(
    {
      enters: path => path.length === 0,
      value: ([name = ''], text) => {
        fields[name] = tryParseJson(text)
      },
    },
    VALUE_BYTES_MAX,
  )
  scanner.write(Buffer.from('{'))
  scanner.write(bytes)
  return scanner.isComplete ? fields : undefined
}
