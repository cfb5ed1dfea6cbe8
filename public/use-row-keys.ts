import { type ReadonlySignal, type Signal, useSignal } from '@preact/signals'
import { isOnControl, useKeys } from './keys'
import { navigate } from './router'

interface RowKeys {
  /** Rows are elements with `data-<name>` set to their id. */
  name: 'job' | 'host' | 'query' | 'incident' | 'monitor' | 'crawl' | 'agent' | 'container'
  /** The page of a row is at this path and its id. */
  path: string
  /** Further keys, called with the id of the current row. */
  keys?: Record<string, (id: string) => void>
}

/** The id of the current row of a list, `''` for none. `j` and `k` move it, Enter opens its page. */
export function useRowKeys(
  rows: ReadonlySignal<readonly { id: string }[] | null>,
  { name, path, keys = {} }: RowKeys,
): Signal<string> {
  const current = useSignal('')
  const move = (by: number) => {
    const list = rows.value ?? []
    const at = list.findIndex(row => row.id === current.value)
    const next = list[Math.min(list.length - 1, Math.max(0, at + by))]
    if (!next) return
    current.value = next.id
    document.querySelector(`[data-${name}="${CSS.escape(next.id)}"]`)?.scrollIntoView({ block: 'nearest' })
  }
  const onCurrent = (act: (id: string) => void) => () => {
    if (current.value !== '') act(current.value)
  }
  useKeys({
    ...Object.fromEntries(Object.entries(keys).map(([key, act]) => [key, onCurrent(act)])),
    j: () => move(1),
    k: () => move(-1),
    Enter: event => {
      if (isOnControl(event) && event.target instanceof HTMLElement) event.target.click()
      else onCurrent(id => navigate(`${path}/${id}`))()
    },
  })
  return current
}
