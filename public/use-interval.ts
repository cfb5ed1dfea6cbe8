import { useEffect, useRef } from 'preact/hooks'

/** Calls at once and then at each interval while the page is visible. Starts over when `key` changes. */
export function useInterval(ms: number, call: () => void, key = '') {
  const latest = useRef(call)
  latest.current = call
  useEffect(() => {
    latest.current()
    const timer = setInterval(() => {
      if (!document.hidden) latest.current()
    }, ms)
    return () => clearInterval(timer)
  }, [ms, key])
}
