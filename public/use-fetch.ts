import { useSignal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import type { PathOf, ReplyOf, RequestOf, RouteAt } from '../src/contract/api'
import { ApiError, type Fault, fetchJson, messageOf } from './api'
import { addressOf, type Params } from './client/address'
import { useInterval } from './use-interval'
import { useReturn } from './use-return'

const NEVER_MS = 2 ** 31 - 1

interface Options {
  /** Fetches again at this interval while the page is visible. */
  pollMs?: number
  /** Identifies the request if its parameters change with time. When it changes, the value is reset. */
  name?: string
}

/** The reply of a route, null until it arrives. It is kept while it is fetched again, and if that fails. */
export function useFetch<P extends PathOf<'get'>>(
  path: P,
  params: RequestOf<RouteAt<'get', P>>,
  { pollMs = NEVER_MS, name }: Options = {},
) {
  const value = useSignal<ReplyOf<RouteAt<'get', P>> | null>(null)
  const problem = useSignal('')
  const faults = useSignal<readonly Fault[]>([])
  const isMissing = useSignal(false)
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
      faults.value = []
      isMissing.value = false
    } catch (error) {
      if (request !== requests.current) return
      problem.value = messageOf(error)
      faults.value = error instanceof ApiError ? error.faults : []
      isMissing.value = error instanceof ApiError && error.status === 404
    }
  }, [key])
  useEffect(() => {
    value.value = null
  }, [key])
  useInterval(pollMs, () => void read(), key)
  useReturn(read)
  return { value, problem, faults, isMissing, read }
}
