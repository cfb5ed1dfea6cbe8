/** Names of headers that carry a secret. In a job's input they are refused; across origins they are dropped. */
const SECRET = /^(authorization|proxy-authorization|cookie)$|token|secret|password|api-?key|session|signature/i
/** Headers that frame the message or belong to one connection: the program writes them, a caller must not. */
const FRAMING = /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|content-length|upgrade|expect)$/i
/** Query fields that often hold a secret, above all in signed addresses and sign-in redirects. */
const SECRET_FIELD = /token|secret|password|key|sig|code|state|session|auth|credential/i

export const isSecretHeader = (name: string) => SECRET.test(name)
export const isFramingHeader = (name: string) => FRAMING.test(name)

/** An address as it may be logged and stored: without credentials, and without the values of telling fields. */
export function shownUrl(url: URL): string {
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  for (const name of new Set(shown.searchParams.keys())) {
    if (SECRET_FIELD.test(name)) shown.searchParams.set(name, '***')
  }
  if (shown.hash.includes('=') && SECRET_FIELD.test(shown.hash)) shown.hash = '***'
  return shown.href
}
