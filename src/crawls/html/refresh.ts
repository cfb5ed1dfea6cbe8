const REFRESH = /^\s*[\d.]+\s*[;,\s]\s*(?:url\s*=\s*)?(?:"([^"]*)|'([^']*)|([^"'].*))/is

/** Where `<meta http-equiv=refresh>`, or a header of that name, leads; undefined: to the page itself. */
export function refreshTarget(content: string): string | undefined {
  const [, double, single, bare] = content.match(REFRESH) ?? []
  return double ?? single ?? bare
}
