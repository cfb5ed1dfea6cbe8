import type { Signal } from '@preact/signals'

/** What is current, expanded and selected in a list of jobs, each by id. */
export interface ListState {
  current: Signal<string>
  opened: Signal<ReadonlySet<string>>
  /** Null where there are no bulk actions. */
  selected: Signal<ReadonlySet<string>> | null
}

/** The set without this id if it was in it, else with it. */
export function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids)
  if (!next.delete(id)) next.add(id)
  return next
}
