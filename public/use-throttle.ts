import { useCallback, useEffect, useRef } from 'preact/hooks'

/**
 * Delays a call by `ms` and drops further requests for it until it is made. A change of `key` cancels it.
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
