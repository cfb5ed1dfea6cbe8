import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { ListStatus, LoadMore } from '../components/list-status'
import { TypedFilter } from '../components/typed-filter'
import { byId, usePagedList } from '../use-paged-list'
import type { Listed } from './draft'

interface MonitorSearchProps {
  isChosen(id: string): boolean
  onChoose(monitor: Listed): void
}

/** Finds monitors that are to be on a page. */
export function MonitorSearch({ isChosen, onChoose }: MonitorSearchProps) {
  const q = useSignal('')
  const params = useMemo(() => (q.value === '' ? {} : { q: q.value }), [q.value])
  const list = usePagedList('/api/monitors', { params, idOf: byId, pageSize: 50 })
  const found = (list.items.value ?? []).filter(({ id }) => !isChosen(id))
  const isEmpty = list.items.value !== undefined && list.items.value !== null && found.length === 0
  return (
    <fieldset class="monitor-search">
      <legend>Add monitors</legend>
      <TypedFilter
        label="Search monitors"
        hint="Name, address or label"
        value={q.value}
        onTyped={text => (q.value = text)}
      />
      <ListStatus list={list} empty={q.value === '' ? 'There are no monitors yet' : 'No monitors match'} />
      {isEmpty && (list.items.value ?? []).length > 0 && <p class="hint">All of them are on the page.</p>}
      {found.length > 0 && (
        <ul class="monitor-choice" aria-label="Monitors found">
          {found.map(({ id, name }) => (
            <li key={id}>
              <span>{name}</span>
              <button type="button" aria-label={`Add ${name}`} onClick={() => onChoose({ id, name })}>
                Add
              </button>
            </li>
          ))}
        </ul>
      )}
      <LoadMore list={list} />
    </fieldset>
  )
}
