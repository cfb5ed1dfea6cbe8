/** The filters in a query string; `''` for one that is not set. */
export function readFilters<Name extends string>(names: readonly Name[], search: string): Record<Name, string> {
  const query = new URLSearchParams(search)
  return Object.fromEntries(names.map(name => [name, query.get(name) ?? ''])) as Record<Name, string>
}

/** Filters as a query string with its `?`, in the order of the names. Empty ones are left out. */
export function searchOf<Name extends string>(names: readonly Name[], filters: Partial<Record<Name, string>>): string {
  const query = new URLSearchParams()
  for (const name of names) if (filters[name]) query.set(name, filters[name])
  const text = query.toString()
  return text && `?${text}`
}
