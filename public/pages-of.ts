import { useSignal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import { api, messageOf } from './api'

interface Page<T> {
  items: T[]
  next_cursor: string | null
}

/** A list that the server gives page by page, from its beginning on; `readMore` adds the next page. */
export function usePages<T>(path: string) {
  const items = useSignal<T[] | null>(null)
  const cursor = useSignal<string | null>(null)
  const problem = useSignal('')
  const turn = useRef(0)
  const ask = useCallback(
    async (after: string | null) => {
      const mine = ++turn.current
      try {
        const separator = path.includes('?') ? '&' : '?'
        const page = await api.get<Page<T>>(after === null ? path : `${path}${separator}cursor=${after}`)
        if (mine !== turn.current) return
        items.value = after === null ? page.items : [...(items.peek() ?? []), ...page.items]
        cursor.value = page.next_cursor
        problem.value = ''
      } catch (error) {
        if (mine === turn.current) problem.value = messageOf(error)
      }
    },
    [path],
  )
  const read = useCallback(() => ask(null), [ask])
  const readMore = useCallback(() => ask(cursor.peek()), [ask])
  useEffect(() => {
    items.value = null
    void read()
  }, [path])
  return { items, cursor, problem, read, readMore }
}
