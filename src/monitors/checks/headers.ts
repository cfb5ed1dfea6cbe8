import { isSecretName, isSecretText } from '../../base/redact'

/** Headers that frame the message or belong to a single connection: only the program may set them. */
const FRAMING = /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|content-length|upgrade|expect)$/i
/** Query fields that may contain a secret in redirects, especially at sign-in: redacting too many does no harm. */
const SENSITIVE_FIELD = /key|sig|code|state|auth/i
/** A parameter with this name is a secret if its value is long: keys of Google or of Azure Functions. */
const LONG_SECRET = /^(key|code)$/i
const LONG_LENGTH = 16

export const isFramingHeader = (name: string) => FRAMING.test(name)

const isSensitive = (name: string) => isSecretName(name) || SENSITIVE_FIELD.test(name)

/** Whether a header is a secret according to its name or its value, such as `Bearer ...`. */
export const isSecretHeader = (name: string, value = '') => isSecretName(name) || isSecretText(value)

/** The value of a header arrives as bytes, which are mostly UTF-8 if they are not ASCII. */
export function headerText(bytes: string): string {
  const text = Buffer.from(bytes, 'latin1').toString()
  return text.includes('\ufffd') ? bytes : text
}

/** Names the part of a URL that contains a secret, for a message; undefined if there is none. */
export function secretInUrl(url: URL): string | undefined {
  if (url.username || url.password) return 'a user name or password'
  for (const [name, value] of [...url.searchParams, ...new URLSearchParams(url.hash.slice(1))]) {
    const isLong = LONG_SECRET.test(name) && value.length >= LONG_LENGTH
    if (value && (isLong || isSecretName(name) || isSecretText(value))) return `the parameter "${name}"`
  }
  return undefined
}

/** A URL that may be logged and stored: without credentials and without the values of sensitive fields. */
export function redactedUrl(url: URL): string {
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  for (const name of new Set(shown.searchParams.keys())) {
    if (isSensitive(name)) shown.searchParams.set(name, '***')
  }
  const fields = [...new URLSearchParams(shown.hash.slice(1))]
  if (fields.some(([name, value]) => value && isSensitive(name))) shown.hash = '***'
  return shown.href
}
