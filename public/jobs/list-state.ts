import type { Signal } from '@preact/signals'

/** The ids of the current, expanded and selected jobs of a list. */
export interface ListState {
  current: Signal<string>
  expanded: Signal<ReadonlySet<string>>
  /** Null where there are no bulk actions. */
  selected: Signal<ReadonlySet<string>> | null
}

/** The set with the id removed if it contains it, otherwise added. */
export function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids)
  if (!next.delete(id)) next.add(id)
  return next
}
