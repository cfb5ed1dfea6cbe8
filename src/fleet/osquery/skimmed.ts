import type { Body } from './body'
import { type Fields, fieldsAtEnd } from './fields'
import { tryParseJson } from './json'
import { VALUE_BYTES_MAX } from './limits'
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
  const skimmer = new Skimmer(
    {
      enters: (path, isList) => (path.length ? visitor.enters(path, isList) : !isList),
      value(path, text) {
        const [name] = path
        if (path.length > 1) visitor.value(path, text)
        else if (name !== undefined) fields[name] = tryParseJson(text)
      },
    },
    VALUE_BYTES_MAX,
  )
  const { isCut, tail } = await body.read(chunk => skimmer.write(chunk))
  if (skimmer.fault) throw new Refusal(400, `body: ${skimmer.fault}`)
  if (isCut) {
    Object.assign(fields, fieldsAtEnd(tail), { ...fields })
    return { isCut, path: skimmer.path }
  }
  if (!skimmer.isComplete) throw new Refusal(400, 'body: not valid JSON, it ends too early')
  return { isCut, path: [] }
}
