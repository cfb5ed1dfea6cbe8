import { useComputed, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { AlertRouting, StoredRouting } from '../../src/contract/alert-routes'
import { ApiError, client, type Fault, messageOf } from '../api'
import { useFetch } from '../use-fetch'

const POLL_MS = 15_000

/** The stored routes, and changes to them that are not stored yet. */
export function useRouting() {
  const stored = useFetch('/api/alert-routes', {}, { pollMs: POLL_MS })
  /** Null: nothing is changed. */
  const draft = useSignal<AlertRouting | null>(null)
  /** The version that the draft was made from. */
  const base = useSignal(0)
  const faults = useSignal<readonly Fault[]>([])
  const hasConflict = useSignal(false)
  const shown = useComputed<AlertRouting | null>(() => draft.value ?? stored.value.value)
  const newer = useComputed(() => {
    const found = stored.value.value
    return draft.value && found && found.version !== base.value ? found : null
  })
  useEffect(() => {
    if (newer.value) hasConflict.value = true
  }, [newer.value])

  const change = (to: Partial<AlertRouting>) => {
    const from = shown.peek()
    if (!from) return
    if (!draft.peek()) base.value = stored.value.peek()?.version ?? 0
    draft.value = { ...partsOf(from), ...to }
    faults.value = []
  }
  const discard = async () => {
    draft.value = null
    faults.value = []
    hasConflict.value = false
    await stored.read()
  }
  /** Makes the changes count as made from the version that is stored now, which they replace. */
  const keepMine = () => {
    base.value = stored.value.peek()?.version ?? 0
    hasConflict.value = false
  }
  /** @throws Error with a message for people */
  const save = async (reason: string) => {
    const routing = draft.peek()
    if (!routing) return
    try {
      const body = { ...routing, version: base.peek(), ...(reason !== '' && { reason }) }
      stored.value.value = (await client.put('/api/alert-routes', { body })) as StoredRouting
      draft.value = null
      faults.value = []
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) {
        await stored.read()
        hasConflict.value = true
      }
      faults.value = error instanceof ApiError ? error.faults : []
      throw new Error(messageOf(error))
    }
  }
  return { stored, draft, shown, faults, hasConflict, change, discard, keepMine, save }
}
export type Routing = ReturnType<typeof useRouting>

const partsOf = ({ route, inhibit_rules, time_intervals }: AlertRouting): AlertRouting => ({
  ...{ route, inhibit_rules, time_intervals },
})
