import { useEffect, useRef } from 'preact/hooks'

/** Focuses an input once, when it appears. */
export function useFocus() {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  return input
}
