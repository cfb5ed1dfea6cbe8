/**
 * Resolves untrusted text to a URL of this server. It is parsed as the browser will parse it, because what looks like a
 * path may not be one: browsers drop tabs and line breaks, and read `\` as `/`.
 * @returns undefined if it leads to another origin
 */
export function sameOriginUrl(text: string | null, origin: string): URL | undefined {
  if (text === null || !URL.canParse(text, origin)) return undefined
  const address = new URL(text, origin)
  // A `blob:` URL has the origin of the page that created it.
  return address.origin === origin && address.protocol !== 'blob:' ? address : undefined
}
