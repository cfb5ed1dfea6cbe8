import { urlFrom } from '../../../../../text/url'
import { isSecretName, redactText } from '../../../../base/redact'
import type { CheckAnswer } from '../../../../contract/checks'
import { headerText, redactedUrl } from '../../headers'
import type { HttpFindings } from '../../outcome'
import { HIDDEN, type Hide } from './secrets'
import { decodeBody } from './text'

const BODY_CHARACTERS_MAX = 2 * 1024
/** Longer than any secret, which must not be cut before it is found. */
const MARGIN = 32 * 1024
const HEADERS_MAX = 100
const VALUE_CHARACTERS_MAX = 1_000
/** PostgreSQL cannot store it. */
const NUL = /\0/g

/** What is kept of an answer that failed a check, without secrets; null if there was none. */
export function answerOf({ url, headers, start, bytes, truncated }: HttpFindings, hide: Hide): CheckAnswer | null {
  if (!headers) return null
  const { text } = decodeBody(start, headers['content-type']?.[0])
  const clean = redactText(hide(text.slice(0, BODY_CHARACTERS_MAX + MARGIN))).replace(NUL, '\ufffd')
  const body = clean.slice(0, BODY_CHARACTERS_MAX).toWellFormed()
  return {
    headers: shownHeaders(headers, url, hide),
    body,
    truncated: truncated || body.length < clean.length || (bytes ?? 0) > start.length,
  }
}

function shownHeaders(headers: NodeJS.Dict<string[]>, url: string, hide: Hide): Record<string, string> {
  const shown = Object.entries(headers)
    .slice(0, HEADERS_MAX)
    .map(([name, values = []]) => [hide(name), shownHeader(name, values.map(headerText), url, hide)])
  return Object.fromEntries(shown)
}

function shownHeader(name: string, values: string[], url: string, hide: Hide): string {
  if (isSecretName(name)) return HIDDEN
  const text = name === 'location' ? values.map(value => shownLocation(value, url)).join(', ') : values.join(', ')
  return redactText(hide(text)).slice(0, VALUE_CHARACTERS_MAX).toWellFormed()
}

function shownLocation(location: string, base: string): string {
  const url = urlFrom(location, base)
  return url ? redactedUrl(url) : location
}
