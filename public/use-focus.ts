import { useLayoutEffect, useRef } from 'preact/hooks'

/** Focuses an input once, when it appears, before anything can be typed elsewhere. */
export function useFocus() {
  const input = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    if (!input.current) return
    // In a dialog that opens only now, nothing can be focused yet: then `showModal` does it.
    input.current.autofocus = true
    input.current.focus()
  }, [])
  return input
}
