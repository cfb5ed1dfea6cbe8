export interface Part {
  text: string
  /** Whether it matches the search. */
  isMatch: boolean
}

/** Splits a text at each match of a search; case-insensitive, like the search of the server. */
export function splitByMatch(text: string, q: string): Part[] {
  if (q === '') return [{ text, isMatch: false }]
  const [low, wanted] = [text.toLowerCase(), q.toLowerCase()]
  // Some letters are longer in lower case, so that positions would not match.
  if (low.length !== text.length) return [{ text, isMatch: false }]
  const parts: Part[] = []
  let from = 0
  for (let at = low.indexOf(wanted); at !== -1; at = low.indexOf(wanted, from)) {
    if (at > from) parts.push({ text: text.slice(from, at), isMatch: false })
    from = at + wanted.length
    parts.push({ text: text.slice(at, from), isMatch: true })
  }
  if (from < text.length) parts.push({ text: text.slice(from), isMatch: false })
  return parts
}
