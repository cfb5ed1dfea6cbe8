import { compilePattern } from '../../../../base/re2'
import { isSecretName } from '../../../../base/redact'
import type { MonitorSettings } from '../../../../contract/monitor-settings'
import type { Attempt } from '../../attempt'
import { headerText } from '../../headers'
import type { HttpFindings } from '../../outcome'
import { Down } from '../../phases'
import { warn } from '../../warnings'
import { shownText } from './display'
import { jsonProblem, parseJson } from './json'
import { decodeBody } from './text'

type Settings = MonitorSettings['http']

/** Whether settings say what a body must contain. */
export const looksIntoBody = ({ keyword, not_keyword, json }: Settings) =>
  keyword !== undefined || not_keyword !== undefined || json !== undefined

/**
 * Compares the headers and the body of an answer with what is expected.
 * @throws Down at the first that is not so
 */
export async function checkContent(settings: Settings, found: HttpFindings, attempt: Attempt): Promise<void> {
  for (const { name, matches } of settings.expect_headers ?? []) checkHeader(name, matches, found)
  if (!looksIntoBody(settings)) return
  if (found.truncated) await warn(cutAt(found.start.length), attempt.outcome, attempt.trace)
  const { text, unknownCharset } = decodeBody(found.start, found.headers?.['content-type']?.[0])
  if (unknownCharset) await warn(unknown(unknownCharset), attempt.outcome, attempt.trace)
  checkKeywords(settings, text)
  checkJson(settings, text, found.truncated)
}

const cutAt = (bytes: number) =>
  ({
    code: 'body_truncated',
    message: `The body is longer than the ${bytes} bytes that were read and looked into`,
  }) as const

const unknown = (charset: string) =>
  ({
    code: 'charset_unknown',
    message: `The body was read as UTF-8: the charset ${shownText(charset)} is not known`,
  }) as const

function checkHeader(name: string, pattern: string, { headers }: HttpFindings) {
  const values = (headers?.[name.toLowerCase()] ?? []).map(headerText)
  const expression = compilePattern(pattern)
  if (values.some(value => expression.test(value))) return
  const is = values.length ? `is ${isSecretName(name) ? 'a secret' : shownText(values.join(', '))}` : 'is missing'
  throw new Down({ code: 'header_mismatch', message: `The header ${name} ${is}; expected a match of ${pattern}` })
}

function checkKeywords({ keyword, not_keyword }: Settings, text: string) {
  if (keyword !== undefined && !text.includes(keyword))
    throw new Down({ code: 'keyword_missing', message: `The body does not contain ${shownText(keyword)}` })
  if (not_keyword !== undefined && text.includes(not_keyword))
    throw new Down({ code: 'keyword_found', message: `The body contains ${shownText(not_keyword)}` })
}

function checkJson({ json }: Settings, text: string, isTruncated: boolean) {
  if (json === undefined) return
  const document = parseJson(text)
  if ('problem' in document) {
    const why = isTruncated ? 'it was not read to its end' : document.problem
    throw new Down({ code: 'body_invalid', message: `The body is not JSON: ${why}` })
  }
  for (const rule of [json].flat()) {
    const problem = jsonProblem(document.value, rule)
    if (problem) throw new Down({ code: 'json_mismatch', message: problem })
  }
}
