import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { client } from '../api'
import { Failure } from '../components/empty'
import { useFetch } from '../use-fetch'

interface MonitorChoiceProps {
  ids: readonly string[]
  onChange(ids: string[]): void
}

const FOUND_MAX = 20

/** Monitors that are chosen one by one. */
export function MonitorChoice({ ids, onChange }: MonitorChoiceProps) {
  const q = useSignal('')
  const { value, problem, read } = useFetch('/api/monitors', { limit: FOUND_MAX, ...(q.value && { q: q.value }) })
  const names = useNames(ids)
  const found = value.value?.items ?? []
  const chosen = ids.map(id => ({ id, name: names.value.get(id) ?? '…' }))
  const others = found.filter(({ id }) => !ids.includes(id))
  return (
    <fieldset class="monitor-choice">
      <legend class="hidden">Monitors</legend>
      <input
        type="search"
        aria-label="Find monitors"
        placeholder="Find monitors"
        value={q.value}
        onInput={event => (q.value = event.currentTarget.value)}
      />
      {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
      {[...chosen, ...others].map(({ id, name }) => (
        <label key={id} class="check-label">
          <input
            type="checkbox"
            checked={ids.includes(id)}
            onChange={event => {
              names.value = new Map(names.peek()).set(id, name)
              onChange(event.currentTarget.checked ? [...ids, id] : ids.filter(each => each !== id))
            }}
          />
          {name}
        </label>
      ))}
      {value.value && found.length === 0 && <p class="hint">No monitor is called that.</p>}
    </fieldset>
  )
}

/** The names of monitors that were chosen earlier. */
function useNames(ids: readonly string[]) {
  const names = useSignal<ReadonlyMap<string, string>>(new Map())
  useEffect(() => {
    for (const id of ids.filter(each => !names.peek().has(each)))
      void client
        .get('/api/monitors/{id}', { id })
        .then(({ name }) => name)
        .catch(() => 'a deleted monitor')
        .then(name => (names.value = new Map(names.peek()).set(id, name)))
  }, [])
  return names
}
