/** A word that differs by more is another one. */
const DISTANCE_MAX = 2

/** ` Did you mean "jobs"?`, for a word that is close to one of these; `''` else. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = known
    .map(each => ({ each, by: each.startsWith(word) ? 1 : distance(word, each) }))
    .filter(({ by }) => by <= Math.min(DISTANCE_MAX, word.length - 1))
    .sort((a, b) => a.by - b.by)[0]
  return near ? ` Did you mean "${near.each}"?` : ''
}

/** How many characters have to be inserted, removed or replaced (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
