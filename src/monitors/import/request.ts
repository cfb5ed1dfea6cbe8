import { urlFrom } from '../../../text/url'

interface Basic {
  username: string
  password: string
}

/** A target may not hold credentials, because it is shown: they become `settings.basic`, as which they were used. */
export function splitUrl(text: string): { target: string; basic?: Basic } {
  const url = urlFrom(text)
  if (!url) return { target: text }
  const { username, password } = url
  if (username === '') return { target: text }
  url.username = ''
  url.password = ''
  return { target: url.href, basic: { username: decoded(username), password: decoded(password) } }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export const hasHeader = (headers: Readonly<Record<string, string>>, name: string) =>
  Object.keys(headers).some(each => each.toLowerCase() === name)

/** The body, if the method sends one. @param notes gets that it is left out */
export function bodyFor(method: string, body: string, notes: string[]): string {
  const isWithout = method === '' || method === 'GET' || method === 'HEAD'
  if (body === '' || !isWithout) return body
  notes.push(`Its body is not carried over: ${method || 'GET'} requests have none here.`)
  return ''
}
