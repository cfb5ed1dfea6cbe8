import type { Framing } from './body-end'
import { framingOf, isFraming } from './framing'
import { invalid, readStatusLine, type StatusLine, shown } from './status-line'
import type { Notes } from './warnings'

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i
const CONTROL = /[\x01-\x08\x0b-\x1f\x7f]/g
/** The limit of many servers, proxies and clients, Node among them. */
const LARGE_BYTES = 16 * 1024

export interface Field {
  name: string
  value: string
}

/** A response head that every parser reads alike. */
export interface Head extends StatusLine {
  /** One character per byte, with the blank line. Says that the body ends with the connection. */
  text: string
  /** Where the body really ends. */
  framing: Framing
}

/**
 * Rewrites the head of a response into the strict form of RFC 9112, with the meaning that browsers give it, and notes
 * what they put up with. What browsers refuse is refused: a NUL byte, lengths that contradict each other.
 * @param raw one character per byte, with the blank line at the end
 * @throws FailureError `response_invalid`
 */
export function mendHead(raw: string, notes: Notes): Head {
  if (raw.includes('\0')) throw invalid('Its head has a NUL byte')
  if (raw.length > LARGE_BYTES)
    notes.add('head_large', `The response head has ${raw.length} bytes; many clients refuse that`)
  const [first = '', ...rest] = linesOf(raw, notes)
  const line = readStatusLine(first, notes)
  const fields = fieldsOf(rest, notes)
  const lines = fields.filter(({ name }) => !isFraming(name)).map(({ name, value }) => `${name}: ${value}\r\n`)
  refuseContradiction(fields)
  const text = `HTTP/1.1 ${line.status} ${line.reason}\r\n${lines.join('')}Connection: close\r\n\r\n`
  return { ...line, text, framing: framingOf(fields, notes) }
}

/** Browsers take a second Content-Disposition that says something else for an injected one, and show nothing. */
function refuseContradiction(fields: Field[]) {
  const dispositions = fields.filter(({ name }) => name.toLowerCase() === 'content-disposition')
  if (new Set(dispositions.map(({ value }) => value)).size > 1)
    throw invalid('It has Content-Disposition headers that differ')
}

function linesOf(raw: string, notes: Notes): string[] {
  const lines = raw.split('\n').slice(0, -2) // behind the last line are a blank one and nothing
  if (!raw.endsWith('\r\n') || lines.some(line => !line.endsWith('\r')))
    notes.add('bare_line_feed', 'Lines of the response head end in LF instead of CR LF')
  return lines.map((line, index) => {
    const text = line.replace(/\r$/, '')
    const clean = text.replace(CONTROL, ' ')
    if (clean !== text) notes.add('header_control_character', `${placeOf(clean, index)} has a control character`)
    return clean
  })
}

/** Names a line without its value, which may be a secret. */
function placeOf(line: string, index: number): string {
  const name = line.split(':')[0] ?? ''
  return index > 0 && TOKEN.test(name) ? `The header ${name}` : `Line ${index + 1} of the head`
}

function fieldsOf(lines: string[], notes: Notes): Field[] {
  const unfolded: string[][] = []
  lines.forEach((line, index) => {
    const isFolded = /^[ \t]/.test(line)
    if (isFolded)
      notes.add(
        'header_folded',
        `Line ${index + 2} of the head begins with a space, which continues the header before it`,
      )
    const before = isFolded ? unfolded.at(-1) : undefined
    if (before) before.push(line.trim())
    else unfolded.push([line.trimStart()])
  })
  return unfolded.flatMap(parts => readField(parts.join(' '), notes) ?? [])
}

/** A line that is no header is left out, as browsers do. */
function readField(line: string, notes: Notes): Field | undefined {
  const colon = line.indexOf(':')
  if (colon < 0) {
    notes.add('header_without_colon', 'A header line without a colon was ignored')
    return undefined
  }
  const written = line.slice(0, colon)
  const name = written.trimEnd()
  if (!TOKEN.test(name)) {
    notes.add('header_name_invalid', `A header with an invalid name was ignored: ${shown(written)}`)
    return undefined
  }
  if (name !== written) notes.add('header_name_space', `A header name is followed by a space: ${shown(written)}`)
  const value = line.slice(colon + 1).trim()
  if (/[^\x20-\x7e\t]/.test(value))
    notes.add('header_not_ascii', `The header ${name} has non-ASCII bytes, which clients read differently`)
  return { name, value }
}
