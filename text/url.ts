/**
 * Turns user input into a URL to check. Without a scheme it is `https`, but `http` for localhost and IP addresses,
 * which seldom have certificates. Null if it is not an HTTP URL.
 */
export function parseUrl(typed: string): string | null {
  const text = typed.trim()
  if (text === '' || /\s/.test(text)) return null
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
  const isLocal = /^(localhost|\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])(:|\/|$)/i.test(text)
  try {
    const url = new URL(hasScheme ? text : `${isLocal ? 'http' : 'https'}://${text}`)
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null
  } catch {
    return null
  }
}
