import type { Body } from './body'
import { type Fields, fieldsAtEnd } from './fields'
import { tryParseJson } from './json'
import { FIELDS_MAX, VALUE_BYTES_MAX } from './limits'
import { Refusal } from './refusal'
import { Skimmer, type Visitor } from './skim'

export interface Skimmed {
  isCut: boolean
  /** Of what was being read where it was cut. */
  path: readonly string[]
}

/**
 * Reads a large body value by value.
 * @param fields gets the top fields that the visitor does not enter, also those at the end of a body that is cut
 * @throws Refusal 400, AgentGone
 */
export async function skimBody(body: Body, fields: Fields, visitor: Visitor): Promise<Skimmed> {
  let fault: string | undefined
  let count = 0
  const skimmer: Skimmer = new Skimmer(
    {
      enters: (path, isList) => (path.length ? visitor.enters(path, isList) : !isList),
      value(path, text) {
        const [name] = path
        if (name === undefined) fault = 'must be a JSON object'
        else if (path.length > 1) visitor.value(path, text)
        else if (++count > FIELDS_MAX) fault = `more than ${FIELDS_MAX} fields`
        else {
          fields[name] = tryParseJson(text)
          // one that is too large to be held is left out: it holds nothing that others need
          if (text !== undefined && fields[name] === undefined) fault = `${name.slice(0, 100)}: not valid JSON`
        }
        if (fault) skimmer.stop()
      },
    },
    VALUE_BYTES_MAX,
  )
  const { isCut, tail } = await body.read(chunk => skimmer.write(chunk))
  fault = skimmer.fault ?? fault
  if (!isCut && !skimmer.isComplete) fault ??= 'not valid JSON, it ends too early'
  if (fault) throw new Refusal(400, `body: ${fault}`)
  if (!isCut) return { isCut, path: [] }
  Object.assign(fields, fieldsAtEnd(tail), { ...fields })
  return { isCut, path: skimmer.path }
}
