import { useSignal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import type { PathOf, ReplyOf, RequestOf, RouteAt } from '../src/contract/api'
import { fetchJson, messageOf } from './api'
import { addressOf, type Params } from './client/address'
import { useReturn } from './outage'
import { useInterval } from './use-interval'

const NEVER_MS = 2 ** 31 - 1

interface Options {
  /** Fetched again this often, while the page is visible. */
  everyMs?: number
  /** What is fetched, when the parameters themselves move on with the time; another one begins anew. */
  name?: string
}

/** The reply of a route. It stays while it is fetched again, and when that fails; `value` is null until it is there. */
export function useFetch<P extends PathOf<'get'>>(
  path: P,
  params: RequestOf<RouteAt<'get', P>>,
  { everyMs = NEVER_MS, name }: Options = {},
) {
  const value = useSignal<ReplyOf<RouteAt<'get', P>> | null>(null)
  const problem = useSignal('')
  const requests = useRef(0)
  const address = addressOf(path, params as Params)
  const latest = useRef(address)
  latest.current = address
  const key = name ?? address
  const read = useCallback(async () => {
    const request = ++requests.current
    try {
      const reply = await fetchJson<ReplyOf<RouteAt<'get', P>>>(latest.current)
      if (request !== requests.current) return // a later request was answered first
      value.value = reply
      problem.value = ''
    } catch (error) {
      if (request === requests.current) problem.value = messageOf(error)
    }
  }, [key])
  useEffect(() => {
    value.value = null
  }, [key])
  useInterval(everyMs, () => void read(), key)
  useReturn(read)
  return { value, problem, read }
}
