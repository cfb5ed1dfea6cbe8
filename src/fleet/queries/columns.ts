const COLUMNS_MAX = 500
const CHARACTERS_MAX = 16 * 1024

/** Adds column names, in order, up to the limit for the status of a query. */
export function joinColumns(known: string[], more: readonly string[]): string[] {
  const fresh = more.slice(0, COLUMNS_MAX).filter(name => !known.includes(name))
  if (!fresh.length) return known
  let characters = 0
  const joined = [...known, ...fresh].slice(0, COLUMNS_MAX)
  const end = joined.findIndex(name => {
    characters += name.length
    return characters > CHARACTERS_MAX
  })
  return end === -1 ? joined : joined.slice(0, end)
}
