import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

const TYPING_MS = 250

interface TypedFilterProps {
  box?: RefObject<HTMLInputElement | null>
  label: string
  hint: string
  value: string
  isNarrow?: boolean
  onTyped(text: string): void
}

/** Its own text while somebody types; the address follows a moment later. */
export function TypedFilter({ box, label, hint, value, isNarrow = false, onTyped }: TypedFilterProps) {
  const typing = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const latest = useRef(onTyped)
  latest.current = onTyped
  const own = useRef<HTMLInputElement>(null)
  const input = box ?? own
  useEffect(() => {
    const element = input.current
    if (element && element !== document.activeElement) element.value = value
  }, [value])
  return (
    <input
      ref={input}
      type="search"
      class={isNarrow ? 'is-narrow' : undefined}
      placeholder={hint}
      aria-label={label}
      defaultValue={value}
      onInput={event => {
        const text = event.currentTarget.value.trim()
        clearTimeout(typing.current)
        typing.current = setTimeout(() => latest.current(text), TYPING_MS)
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') event.currentTarget.blur()
      }}
    />
  )
}
