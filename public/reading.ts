import { useSignal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import { api, messageOf } from './api'
import { useEvery } from './every'

const NEVER_MS = 2 ** 31 - 1

/**
 * What an address answers, read again every so often when `everyMs` is given. What was there stays while it is read
 * again, and when that fails; `value` is null until the first answer. No path: nothing is read.
 */
export function useReading<T>(path: string | null, everyMs = NEVER_MS) {
  const value = useSignal<T | null>(null)
  const problem = useSignal('')
  const asked = useRef(0)
  const read = useCallback(async () => {
    const turn = ++asked.current
    if (path === null) return
    try {
      const answer = await api.get<T>(path)
      if (turn !== asked.current) return // a later question was answered by then
      value.value = answer
      problem.value = ''
    } catch (error) {
      if (turn === asked.current) problem.value = messageOf(error)
    }
  }, [path])
  useEffect(() => {
    value.value = null
  }, [path])
  useEvery(everyMs, () => void read(), path ?? '')
  return { value, problem, read }
}
