import { PAGES, type PageInfo, type PageName } from '../src/contract/pages'

export interface Route {
  page: PageName | 'missing'
  /** From the path; `''` if it has none. */
  id: string
}

const patterns = PAGES.flatMap((page: PageInfo & { name: PageName }) =>
  [page.path, ...(page.aliases ?? [])].map(path => ({ name: page.name, segments: segmentsOf(path) })),
)

/** The page at a path. */
export function routeOf(path: string): Route {
  const segments = segmentsOf(path)
  const found = patterns.find(
    pattern =>
      pattern.segments.length === segments.length &&
      pattern.segments.every((segment, at) => segment === ':id' || segment === segments[at]),
  )
  if (!found) return { page: 'missing', id: '' }
  return { page: found.name, id: decode(segments[found.segments.indexOf(':id')] ?? '') }
}

function segmentsOf(path: string) {
  return path.split('/').filter(Boolean)
}

function decode(text: string) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
