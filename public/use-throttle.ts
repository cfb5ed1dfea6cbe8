import { useCallback, useEffect, useRef } from 'preact/hooks'

/**
 * A function that makes the call happen `ms` after it was first asked for; who asks meanwhile is served by the same
 * call. What is due is dropped when `key` changes.
 */
export function useThrottle(ms: number, call: () => void, key: unknown = '') {
  const latest = useRef(call)
  latest.current = call
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(
    () => () => {
      clearTimeout(timer.current)
      timer.current = undefined
    },
    [key],
  )
  return useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      latest.current()
    }, ms)
  }, [ms])
}
