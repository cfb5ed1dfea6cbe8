import { isSecretText } from '../../base/redact'
import { isSecretName } from '../../base/secret-names'

/** Headers that frame the message or belong to one connection: the program writes them, a caller must not. */
const FRAMING = /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|content-length|upgrade|expect)$/i
/** Fields of redirects that may hold a secret too, above all at sign-in: showing too little of them does no harm. */
const REVEALING_FIELD = /key|sig|code|state|auth/i
/** A parameter of this name alone is a secret when its value is as long as one: Google's keys, those of Azure Functions. */
const LONG_SECRET = /^(key|code)$/i
const LONG_LENGTH = 16

export const isFramingHeader = (name: string) => FRAMING.test(name)

const isRevealing = (name: string) => isSecretName(name) || REVEALING_FIELD.test(name)

/** Whether a header is a secret by its name or its value, such as `Bearer ...`. */
export const isSecretHeader = (name: string, value = '') => isSecretName(name) || isSecretText(value)

/** The part of an address that holds a secret, for a message: a user name, or the name of a parameter. */
export function secretInUrl(url: URL): string | undefined {
  if (url.username || url.password) return 'a user name or password'
  for (const [name, value] of [...url.searchParams, ...new URLSearchParams(url.hash.slice(1))]) {
    const isLong = LONG_SECRET.test(name) && value.length >= LONG_LENGTH
    if (value && (isLong || isSecretName(name) || isSecretText(value))) return `the parameter "${name}"`
  }
  return undefined
}

/** An address as it may be logged and stored: without credentials, and without the values of revealing fields. */
export function shownUrl(url: URL): string {
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  for (const name of new Set(shown.searchParams.keys())) {
    if (isRevealing(name)) shown.searchParams.set(name, '***')
  }
  const fields = [...new URLSearchParams(shown.hash.slice(1))]
  if (fields.some(([name, value]) => value && isRevealing(name))) shown.hash = '***'
  return shown.href
}
