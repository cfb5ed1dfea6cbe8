import { useEffect, useRef } from 'preact/hooks'

/** Calls now and again and again while the page is seen; anew at once when `key` changes. */
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
