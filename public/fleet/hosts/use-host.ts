import { useSignal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import type { HostState, HostWithDetails } from '../../../src/contract/hosts'
import { ApiError, client, messageOf } from '../../api'
import { watch } from '../../live'
import { useInterval } from '../../use-interval'
import type { HostEvent } from './live-hosts'

/** Polling interval; the last-seen time changes without events. */
const INTERVAL_MS = 20_000
/** Polling interval while new vitals are expected. */
const AWAIT_MS = 1_000
/** How long to wait for new vitals; an online host answers much sooner. */
const AWAIT_MAX_MS = 60_000

/** A host, kept up to date by its stream, and a function to refresh its vitals. */
export function useHost(id: string) {
  const host = useSignal<HostWithDetails | null>(null)
  const problem = useSignal('')
  const read = useCallback(async () => {
    try {
      host.value = await client.get('/api/hosts/{id}', { id })
      problem.value = ''
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) host.value = null // deleted
      problem.value = messageOf(error)
    }
  }, [id])
  useInterval(INTERVAL_MS, () => void read(), id)
  useEffect(() => {
    const stopHost = watch(`host:${id}`, {
      onStatus: data => {
        const { host: state } = data as unknown as Partial<HostState>
        const known = host.peek()
        if (!state || !known) return
        host.value = { ...known, ...state }
        if (state.status !== known.status) void read()
      },
      onGap: () => void read(),
      // All other events mean that vitals or labels have changed.
      onEvent: ({ type }) => {
        if (type !== 'query_result') void read()
      },
    })
    const stopEvents = watch('events', {
      onEvent: ({ type, data }) => {
        if (type === 'host_deleted' && (data as HostEvent).data.host_id === id) void read()
      },
    })
    return () => {
      stopHost()
      stopEvents()
    }
  }, [id])
  return { host, problem, read, ...useRefresh(id, host, read) }
}

/** `waiting` until new vitals arrive, `silent` if the host has not answered in time. */
export type Refreshing = 'idle' | 'waiting' | 'silent'

function useRefresh(id: string, host: { peek(): HostWithDetails | null }, read: () => Promise<void>) {
  const refreshing = useSignal<Refreshing>('idle')
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const refresh = async () => {
    const before = host.peek()?.refreshed_at
    refreshing.value = 'waiting'
    try {
      await client.post('/api/hosts/{id}/refresh', { id })
    } catch (error) {
      refreshing.value = 'idle'
      throw error
    }
    const until = Date.now() + AWAIT_MAX_MS
    const check = async () => {
      await read()
      if (host.peek()?.refreshed_at !== before) refreshing.value = 'idle'
      else if (Date.now() > until) refreshing.value = 'silent'
      else timer.current = setTimeout(() => void check(), AWAIT_MS)
    }
    await check()
  }
  return { refreshing, refresh }
}
