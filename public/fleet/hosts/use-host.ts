import { useSignal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import { ApiError, api, messageOf } from '../../api'
import { watch } from '../../live'
import { useInterval } from '../../use-interval'
import type { HostDetails } from './host'
import type { HostEvent } from './live-hosts'

/** Between readings when nothing is told; when it was last seen moves on without events. */
const EVERY_MS = 20_000
/** While new vitals are awaited. */
const AWAIT_MS = 1_000
/** A host that is there answers long before. */
const AWAITED_MAX_MS = 60_000

/** One host, kept up to date by its stream, and what is needed to have it tell its state anew. */
export function useHost(id: string) {
  const host = useSignal<HostDetails | null>(null)
  const problem = useSignal('')
  const path = `/api/hosts/${encodeURIComponent(id)}`
  const read = useCallback(async () => {
    try {
      host.value = await api.get<HostDetails>(path)
      problem.value = ''
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) host.value = null // somebody has deleted it
      problem.value = messageOf(error)
    }
  }, [path])
  useInterval(EVERY_MS, () => void read(), id)
  useEffect(() => {
    const stopHost = watch(`host:${id}`, {
      onStatus: status => {
        const news = (status as unknown as { host?: Partial<HostDetails> }).host
        const known = host.peek()
        if (!news || !known) return
        host.value = { ...known, ...news }
        if (news.status !== known.status) void read()
      },
      onGap: () => void read(),
      // Vitals or labels that have changed: told without what they are.
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
  return { host, problem, read, ...useRefresh(path, host, read) }
}

/** `idle`, `asked` until the new state is there, or `silent` when the host has not answered. */
export type Refreshing = 'idle' | 'asked' | 'silent'

function useRefresh(path: string, host: { peek(): HostDetails | null }, read: () => Promise<void>) {
  const refreshing = useSignal<Refreshing>('idle')
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const refresh = async () => {
    const before = host.peek()?.refreshed_at
    refreshing.value = 'asked'
    try {
      await api.post(`${path}/refresh`, {})
    } catch (error) {
      refreshing.value = 'idle'
      throw error
    }
    const until = Date.now() + AWAITED_MAX_MS
    const look = async () => {
      await read()
      if (host.peek()?.refreshed_at !== before) refreshing.value = 'idle'
      else if (Date.now() > until) refreshing.value = 'silent'
      else timer.current = setTimeout(() => void look(), AWAIT_MS)
    }
    await look()
  }
  return { refreshing, refresh }
}
