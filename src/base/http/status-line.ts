import { FailureError } from '../failure'
import type { Notes } from './warnings'

/** Like Chromium, skips up to this many bytes before the status line, such as a byte order mark. */
const JUNK_BYTES_MAX = 4
/** This many bytes are enough to tell whether a response starts here. */
export const START_BYTES = JUNK_BYTES_MAX + 4
const START = /^.{0,4}?(?=http|icy[ \t])/is
const STATUS_LINE = /^(?:http(?:\/\d+(?:\.\d+)?)?|icy)[ \t]+(\d+)(.*)$/i
/** Browsers treat a status line without a code as 200. */
const WITHOUT_CODE = /^http\/\d+\.\d+(?:[ \t]+(\D.*))?$/i
/** RFC 9112 section 4. */
const REGULAR = /^HTTP\/1\.[01] \d{3} /
const SHOWN_CHARACTERS = 40

export interface StatusLine {
  status: number
  reason: string
  /** Connections stay open by default since HTTP/1.1. */
  isHttp11: boolean
}

/** Whether these bytes start a response. ICY is the status line of SHOUTcast servers. */
export const isStart = (text: string) => START.test(text)

/**
 * Parses a status line as leniently as browsers.
 * @param line without its line ending
 * @throws FailureError `response_invalid` if it is not a status line, or its code is not from 100 to 999
 */
export function readStatusLine(line: string, notes: Notes): StatusLine {
  const text = line.replace(START, '')
  const [, code = '', reason = ''] = STATUS_LINE.exec(text) ?? withoutCode(text) ?? []
  if (!code) throw notHttp(line)
  const status = Number(code)
  if (status < 100 || status > 999) throw invalid(`Its status code ${shown(code)} is not from 100 to 999`)
  if (!REGULAR.test(line)) notes.add('status_line_malformed', `The status line is ${shown(line)}`)
  return { status, reason: reason.trim(), isHttp11: /^http\/1\.[1-9]/i.test(text) }
}

function withoutCode(line: string): string[] | undefined {
  const match = WITHOUT_CODE.exec(line)
  return match ? [line, '200', match[1] ?? ''] : undefined
}

export const notHttp = (text: string) =>
  invalid(
    text.startsWith('\0\0')
      ? 'It looks like HTTP/2, but HTTP/1.1 was requested'
      : `It begins with ${shown(text)} instead of a status line`,
  )

/** @param what a sentence about the response */
export const invalid = (what: string) =>
  new FailureError({ code: 'response_invalid', message: `The response is not valid HTTP. ${what}` })

/** Quotes, escapes and truncates a text for messages. */
export const shown = (text: string) =>
  JSON.stringify(text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text)
