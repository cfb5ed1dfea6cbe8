const COLUMNS_MAX = 500
const CHARACTERS_MAX = 16 * 1024

/** Adds names of columns, in order, up to what each status of a query may hold. */
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
