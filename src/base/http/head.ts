import type { Framing } from './body-end'
import { type Field, fieldsOf, TOKEN } from './fields'
import { framingOf, isFraming } from './framing'
import { invalid, readStatusLine, type StatusLine } from './status-line'
import type { Notes } from './warnings'

const CONTROL = /[\x01-\x08\x0b-\x1f\x7f]/g
/** The limit of many servers, proxies and clients, including Node. */
const LARGE_BYTES = 16 * 1024

/** A response head, interpreted as browsers do. */
export interface ResponseHead extends StatusLine {
  /** Names and values as received, one character per byte. */
  fields: Field[]
  /** How the body ends. */
  framing: Framing
}

/** Responses to HEAD, and those of some statuses, have no body, whatever their head says. */
export const hasBody = (method: string, { status }: StatusLine) => method !== 'HEAD' && !BODILESS.has(status)
const BODILESS = new Set([101, 204, 304])

/**
 * A head in the strict form of RFC 9112, which every parser reads the same way. It declares that the body ends with the
 * connection.
 * @returns one character per byte, including the blank line
 */
export function strictHead({ status, reason, fields }: ResponseHead): string {
  const lines = fields.filter(({ name }) => !isFraming(name)).map(({ name, value }) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}Connection: close\r\n\r\n`
}

/**
 * Reads a response head as browsers do, and adds a warning for each deviation from RFC 9112 they tolerate. What browsers
 * reject is rejected: a NUL byte, contradicting lengths.
 * @param raw one character per byte, including the blank line
 * @throws FailureError `response_invalid`
 */
export function readHead(raw: string, notes: Notes): ResponseHead {
  if (raw.includes('\0')) throw invalid('Its head has a NUL byte')
  if (raw.length > LARGE_BYTES)
    notes.add('head_large', `The response head has ${raw.length} bytes; many clients refuse that`)
  const [first = '', ...rest] = linesOf(raw, notes)
  const line = readStatusLine(first, notes)
  const fields = fieldsOf(rest, notes)
  refuseContradiction(fields)
  return { ...line, fields, framing: framingOf(fields, notes) }
}

/** Browsers treat a second, different Content-Disposition as injected and reject the response. */
function refuseContradiction(fields: Field[]) {
  const dispositions = fields.filter(({ name }) => name.toLowerCase() === 'content-disposition')
  if (new Set(dispositions.map(({ value }) => value)).size > 1)
    throw invalid('It has Content-Disposition headers that differ')
}

function linesOf(raw: string, notes: Notes): string[] {
  const lines = raw.split('\n').slice(0, -2) // drops the blank line and the empty string after it
  if (!raw.endsWith('\r\n') || lines.some(line => !line.endsWith('\r')))
    notes.add('bare_line_feed', 'Lines of the response head end in LF instead of CR LF')
  return lines.map((line, index) => {
    const text = line.replace(/\r$/, '')
    const clean = text.replace(CONTROL, ' ')
    if (clean !== text) notes.add('header_control_character', `${describeLine(clean, index)} has a control character`)
    return clean
  })
}

/** Identifies a line without its value, which may be secret. */
function describeLine(line: string, index: number): string {
  const name = line.split(':')[0] ?? ''
  return index > 0 && TOKEN.test(name) ? `The header ${name}` : `Line ${index + 1} of the head`
}
