import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { HttpRequest } from './send'

/**
 * The head of a request without a body, one character per byte. Headers that frame a message are up to the caller to
 * leave out.
 * @throws TypeError if a header is not valid: that could add headers or requests
 */
export function requestText({ method, url, headers }: HttpRequest): string {
  let text = `${method} ${url.pathname}${url.search} HTTP/1.1\r\n`
  for (const [name, value] of Object.entries({ host: url.host, connection: 'keep-alive', ...headers })) {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    text += `${name}: ${value}\r\n`
  }
  return `${text}\r\n`
}
