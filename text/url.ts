/**
 * Turns user input into a URL to check. Without a scheme it is `https`, but `http` for localhost and IP addresses,
 * which seldom have certificates. Null if it is not an HTTP URL.
 */
export function parseUrl(typed: string): string | null {
  const text = typed.trim()
  if (text === '' || /\s/.test(text)) return null
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
  const isLocal = /^(localhost|\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])(:|\/|$)/i.test(text)
  const url = urlFrom(hasScheme ? text : `${isLocal ? 'http' : 'https'}://${text}`)
  return url && /^https?:$/.test(url.protocol) ? url.href : null
}

/**
 * The URL that a text means, or undefined if it means none. `URL.canParse` is not used: once V8 has optimized its
 * caller, Node 20 refuses every text with a Latin-1 letter such as `https://bücher.example/`.
 */
export function urlFrom(text: string, base?: string | URL): URL | undefined {
  try {
    return new URL(text, base)
  } catch {
    // the caller says what is wrong with it
    return undefined
  }
}
