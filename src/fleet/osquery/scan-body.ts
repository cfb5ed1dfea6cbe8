import type { Body } from './body'
import { type Fields, fieldsAtEnd } from './fields'
import { tryParseJson } from './json'
import { JsonScanner, type Visitor } from './json-scanner'
import { FIELDS_MAX, VALUE_BYTES_MAX } from './limits'
import { Refusal } from './refusal'

export interface ScanResult {
  /** The body was longer than its limit. */
  isTruncated: boolean
  /** The path at which it was truncated. */
  path: readonly string[]
}

/**
 * Reads a large body value by value.
 * @param fields filled with the top-level fields that the visitor does not enter, and those at the end of a truncated
 * body
 * @throws Refusal 400, AgentDisconnected
 */
export async function scanBody(body: Body, fields: Fields, visitor: Visitor): Promise<ScanResult> {
  let fault: string | undefined
  let count = 0
  const scanner: JsonScanner = new JsonScanner(
    {
      enters: (path, isList) => (path.length ? visitor.enters(path, isList) : !isList),
      value(path, text) {
        const [name] = path
        if (name === undefined) fault = 'must be a JSON object'
        else if (path.length > 1) visitor.value(path, text)
        else if (++count > FIELDS_MAX) fault = `more than ${FIELDS_MAX} fields`
        else {
          fields[name] = tryParseJson(text)
          // A value above the limit is left out; nothing depends on it.
          if (text !== undefined && fields[name] === undefined) fault = `${name.slice(0, 100)}: not valid JSON`
        }
        if (fault) scanner.stop()
      },
    },
    VALUE_BYTES_MAX,
  )
  const { isTruncated, tail } = await body.read(chunk => scanner.write(chunk))
  fault = scanner.fault ?? fault
  if (!isTruncated && !scanner.isComplete) fault ??= 'not valid JSON, it ends too early'
  if (fault) throw new Refusal(400, `body: ${fault}`)
  if (!isTruncated) return { isTruncated, path: [] }
  Object.assign(fields, fieldsAtEnd(tail), { ...fields })
  return { isTruncated, path: scanner.path }
}
