import { useSignal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import type { PathOf, ReplyOf, RequestOf, RouteAt } from '../src/contract/api'
import { api, messageOf } from './api'
import { addressOf, type Params } from './client/address'
import { useInterval } from './use-interval'

const NEVER_MS = 2 ** 31 - 1

interface Options {
  /** Fetched again this often, while the page is visible. */
  everyMs?: number
  /** What is fetched, when the parameters themselves move on with the time; another one begins anew. */
  name?: string
}

/** The reply of a route. It stays while it is fetched again, and when that fails; `value` is null until it is there. */
export const useFetch = <P extends PathOf<'get'>>(
  path: P,
  params: RequestOf<RouteAt<'get', P>>,
  { everyMs, name }: Options = {},
) => useFetchOf<ReplyOf<RouteAt<'get', P>>>(addressOf(path, params as Params), everyMs, name)

/** The same for any address. */
export function useFetchOf<T>(path: string, everyMs = NEVER_MS, name = path) {
  const value = useSignal<T | null>(null)
  const problem = useSignal('')
  const asked = useRef(0)
  const latest = useRef(path)
  latest.current = path
  const read = useCallback(async () => {
    const turn = ++asked.current
    try {
      const answer = await api.get<T>(latest.current)
      if (turn !== asked.current) return // a later question was answered by then
      value.value = answer
      problem.value = ''
    } catch (error) {
      if (turn === asked.current) problem.value = messageOf(error)
    }
  }, [name])
  useEffect(() => {
    value.value = null
  }, [name])
  useInterval(everyMs, () => void read(), name)
  return { value, problem, read }
}
