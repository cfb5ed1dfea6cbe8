import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Host } from '../../../src/contract/hosts'
import { client } from '../../api'
import { TypedFilter } from '../../components/typed-filter'
import { nameOf } from '../hosts/host'

const MATCHES_MAX = 8
/** With more hosts than this, only their number is shown. */
const NAMED_MAX = 12

interface HostChoiceProps {
  chosen: string[]
  onChange(ids: string[]): void
}

/** Selects individual hosts by search. */
export function HostChoice({ chosen, onChange }: HostChoiceProps) {
  const typed = useSignal('')
  const matches = useSignal<Host[]>([])
  const names = useNames(chosen)
  useEffect(() => {
    if (typed.value === '') {
      matches.value = []
      return
    }
    let isStale = false
    client.get('/api/hosts', { q: typed.value, limit: MATCHES_MAX }).then(
      ({ items }) => {
        if (!isStale) matches.value = items
      },
      () => undefined, // the next keystroke fetches again
    )
    return () => {
      isStale = true
    }
  }, [typed.value])
  const offered = matches.value.filter(({ id }) => !chosen.includes(id))
  return (
    <fieldset class="chips host-choice">
      <legend>Hosts</legend>
      {chosen.length > NAMED_MAX && (
        <button type="button" aria-pressed onClick={() => onChange([])}>
          {chosen.length} selected hosts ×
        </button>
      )}
      {chosen.length <= NAMED_MAX &&
        chosen.map(id => (
          <button key={id} type="button" aria-pressed onClick={() => onChange(chosen.filter(each => each !== id))}>
            {names.get(id) ?? 'host'} ×
          </button>
        ))}
      <TypedFilter label="Find a host" hint="Find a host" value="" onTyped={text => (typed.value = text)} />
      {offered.map(host => (
        <button key={host.id} type="button" aria-pressed={false} onClick={() => onChange([...chosen, host.id])}>
          + {nameOf(host)}
        </button>
      ))}
      {typed.value !== '' && offered.length === 0 && <span class="hint">No matching host</span>}
    </fieldset>
  )
}

/** Names of the chosen hosts, each fetched once. */
function useNames(ids: string[]): ReadonlyMap<string, string> {
  const names = useSignal<ReadonlyMap<string, string>>(new Map())
  const requested = useRef(new Set<string>())
  useEffect(() => {
    if (ids.length > NAMED_MAX) return
    for (const id of ids) {
      if (requested.current.has(id)) continue
      requested.current.add(id)
      client.get('/api/hosts/{id}', { id }).then(
        host => (names.value = new Map(names.value).set(id, nameOf(host))),
        () => (names.value = new Map(names.value).set(id, 'unknown host')),
      )
    }
  }, [ids.join()])
  return names.value
}
