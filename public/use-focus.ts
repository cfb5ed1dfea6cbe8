import { useEffect, useRef } from 'preact/hooks'

/** For an input that is asked for: the focus goes there once, when it appears, and is not taken back afterwards. */
export function useFocus() {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  return input
}
