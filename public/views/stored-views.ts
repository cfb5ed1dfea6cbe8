import { ApiError, client } from '../api'

/** Where browsers kept views of the jobs page before the server did. */
const KEY = 'tailrace.views'

interface StoredView {
  name: string
  search: string
}

/** Reads what a browser has stored; whatever is not a view is left out. */
export function storedViewsIn(text: string | null): StoredView[] {
  try {
    const known: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(known) ? known.filter(isView) : []
  } catch {
    return []
  }
}

const isView = (value: unknown): value is StoredView =>
  value !== null &&
  typeof value === 'object' &&
  typeof (value as StoredView).name === 'string' &&
  typeof (value as StoredView).search === 'string'

/** Moves the views of this browser to the server, once. @returns how many */
export async function moveStoredViews(): Promise<number> {
  const left = storedViewsIn(localStorage.getItem(KEY))
  let moved = 0
  for (const { name, search } of left) {
    try {
      await client.post('/api/saved-views', { body: { page: 'jobs', name, search } })
      moved += 1
    } catch (error) {
      // What the server refuses (such as a name that it already has) would be refused the next time, too.
      if (!(error instanceof ApiError) || error.status < 400 || error.status >= 500 || error.status === 401)
        return moved
    }
  }
  localStorage.removeItem(KEY)
  return moved
}
