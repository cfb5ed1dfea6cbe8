/**
 * Parses the URL of a server, whatever its scheme.
 * @param where prefix for the error message: `address 2 `
 * @throws Error that says what is probably wrong
 */
export function parseUrl(part: string, where = ''): URL {
  const port = /:(\d{4,})(?:[/?]|$)/.exec(part.slice(part.lastIndexOf('@') + 1))?.[1]
  if (Number(port) > 65_535) throw new Error(`${where}has a port above 65535`)
  try {
    return new URL(part)
  } catch {
    throw new Error(
      `${where}is not a valid URL; in user name and password, escape : / ? # @ [ ] , and % as %3A, %2F and so on`,
    )
  }
}

/** @throws Error if part of a URL is not percent-encoded correctly */
export function decoded(text: string, where: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Error(`${where}has a % that is not an escape: write a literal % as %25`)
  }
}
