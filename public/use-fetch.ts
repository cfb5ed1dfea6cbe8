import { useSignal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import { api, messageOf } from './api'
import { useInterval } from './use-interval'

const NEVER_MS = 2 ** 31 - 1

/**
 * What an address answers, read again every so often when `everyMs` is given. What was there stays while it is read
 * again, and when that fails; `value` is null until the first answer.
 * @param name what is read, when the path itself moves on with the time: only with another name it begins anew
 */
export function useFetch<T>(path: string, everyMs = NEVER_MS, name = path) {
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
