import type { Framing } from './body-end'
import type { Field } from './fields'
import { invalid, shown } from './status-line'
import type { Notes } from './warnings'

/** As many digits as a number can represent exactly. */
const LENGTH = /^\d{1,15}$/

/**
 * How the body ends, by the rules browsers follow: chunked first, then a length, then the end of the connection
 * (RFC 9112 section 6.3).
 * @throws FailureError `response_invalid` if two lengths contradict each other
 */
export function framingOf(fields: Field[], notes: Notes): Framing {
  const codings = listOf(fields, 'transfer-encoding').map(coding => coding.toLowerCase())
  const lengths = listOf(fields, 'content-length')
  const unknown = codings.find(coding => coding !== 'chunked')
  if (unknown !== undefined)
    notes.add(
      'transfer_encoding_unknown',
      `Transfer-Encoding ${shown(unknown)} was ignored: only "chunked" is supported`,
    )
  if (!codings.includes('chunked')) return lengthOf(lengths, notes) ?? 'close'
  if (lengths.length) notes.add('content_length_ignored', 'Content-Length was ignored because of Transfer-Encoding')
  return 'chunked'
}

/** Whether a header describes framing or the connection; these are dropped once the framing is known. */
export const isFraming = (name: string) =>
  /^(transfer-encoding|content-length|connection|keep-alive|proxy-connection|upgrade)$/i.test(name)

function lengthOf(lengths: string[], notes: Notes): number | undefined {
  const bad = lengths.find(length => !LENGTH.test(length))
  if (bad !== undefined) {
    notes.add('content_length_invalid', `Content-Length ${shown(bad)} was ignored: it is not a number of bytes`)
    return undefined
  }
  const [first, ...different] = new Set(lengths.map(Number))
  if (different.length) throw invalid(`It has different lengths: Content-Length ${[first, ...different].join(' and ')}`)
  if (lengths.length > 1) notes.add('content_length_repeated', 'Content-Length is given more than once')
  return first
}

const listOf = (fields: Field[], wanted: string) =>
  fields
    .filter(({ name }) => name.toLowerCase() === wanted)
    .flatMap(({ value }) => value.split(','))
    .map(part => part.trim())
