import { shown } from './status-line'
import type { Notes } from './warnings'

/** RFC 9110 section 5.6.2. */
export const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i

/** A header field. */
export interface Field {
  name: string
  value: string
}

/** The header fields of a response, with folded lines joined. Ignores what is not a header, with a warning. */
export function fieldsOf(lines: string[], notes: Notes): Field[] {
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

/** Lines that are not headers are ignored, as in browsers. */
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
