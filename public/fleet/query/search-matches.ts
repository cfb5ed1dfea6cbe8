export interface Part {
  text: string
  /** It is what was searched for. */
  isMatch: boolean
}

/** A text cut at each place of what is searched for, without regard to case, as the server searches. */
export function splitByMatch(text: string, q: string): Part[] {
  if (q === '') return [{ text, isMatch: false }]
  const [low, wanted] = [text.toLowerCase(), q.toLowerCase()]
  if (low.length !== text.length) return [{ text, isMatch: false }] // letters whose small form is longer: places do not match
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
