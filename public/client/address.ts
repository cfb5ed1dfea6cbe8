/** Path and query parameters; undefined ones are left out. */
export type Params = Record<string, unknown>

/** `/api/jobs/{id}` with `{ id, limit: 5 }` is `/api/jobs/<id>?limit=5`; arrays become repeated parameters. */
export function addressOf(path: string, params: Params = {}): string {
  const inPath = new Set<string>()
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    inPath.add(name)
    return encodeURIComponent(String(params[name]))
  })
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    if (inPath.has(name)) continue
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined) query.append(name, String(each))
  }
  const text = query.toString()
  return text ? `${filled}?${text}` : filled
}
