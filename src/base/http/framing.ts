import type { Field } from './head'
import { invalid, shown } from './status-line'
import type { Notes } from './warnings'

/** About this connection, which ends with the response, whatever the server says. */
const HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'upgrade'])
/** More digits than a length can have that is still counted exactly. */
const LENGTH = /^\d{1,15}$/

/**
 * Leaves one statement of where the body ends, the one browsers go by: chunks before a length, a length before the end
 * of the connection (RFC 9112 section 6.3).
 * @throws FailureError `response_invalid` when two lengths contradict each other
 */
export function frame(fields: Field[], notes: Notes): { fields: Field[]; bodyBytes: number } {
  const codings = listOf(fields, 'transfer-encoding').map(coding => coding.toLowerCase())
  const lengths = listOf(fields, 'content-length')
  const others = fields.filter(({ name }) => !HOP.has(name.toLowerCase()) && !isFraming(name))
  const close = { name: 'Connection', value: 'close' }
  const strange = codings.find(coding => coding !== 'chunked')
  if (strange !== undefined)
    notes.add('transfer_encoding_unknown', `Transfer-Encoding ${shown(strange)} is ignored: only "chunked" is known`)
  if (codings.includes('chunked')) {
    if (lengths.length) notes.add('content_length_ignored', 'Content-Length is ignored beside Transfer-Encoding')
    return { fields: [...others, close, { name: 'Transfer-Encoding', value: 'chunked' }], bodyBytes: Infinity }
  }
  const length = lengthOf(lengths, notes)
  if (length === undefined) return { fields: [...others, close], bodyBytes: Infinity }
  return { fields: [...others, close, { name: 'Content-Length', value: String(length) }], bodyBytes: length }
}

function lengthOf(lengths: string[], notes: Notes): number | undefined {
  const bad = lengths.find(length => !LENGTH.test(length))
  if (bad !== undefined) {
    notes.add('content_length_invalid', `Content-Length ${shown(bad)} is ignored: it is no number of bytes`)
    return undefined
  }
  const [first, ...different] = new Set(lengths.map(Number))
  if (different.length) throw invalid(`It has different lengths: Content-Length ${[first, ...different].join(' and ')}`)
  if (lengths.length > 1) notes.add('content_length_repeated', 'Content-Length is given more than once')
  return first
}

const isFraming = (name: string) => /^(transfer-encoding|content-length)$/i.test(name)

const listOf = (fields: Field[], wanted: string) =>
  fields
    .filter(({ name }) => name.toLowerCase() === wanted)
    .flatMap(({ value }) => value.split(','))
    .map(part => part.trim())
