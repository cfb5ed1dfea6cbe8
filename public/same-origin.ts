/**
 * The address of this server that a text from a link names, whole. Parsed as the browser will parse it, because what
 * looks like a path may not be one: browsers drop tabs and line breaks, and read `\` as `/`.
 * @returns undefined when it leads to another origin
 */
export function sameOriginUrl(text: string | null, origin: string): URL | undefined {
  if (text === null || !URL.canParse(text, origin)) return undefined
  const address = new URL(text, origin)
  // the origin of a `blob:` address is that of its maker
  return address.origin === origin && address.protocol !== 'blob:' ? address : undefined
}
