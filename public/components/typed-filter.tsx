import { useLayoutEffect, useRef } from 'preact/hooks'
import { useKeys } from '../keys'

const DEBOUNCE_MS = 250

interface TypedFilterProps {
  label: string
  hint: string
  value: string
  isNarrow?: boolean
  /** Whether the key `/` focuses it; for one filter per page. */
  hasShortcut?: boolean
  onTyped(text: string): void
}

/** A search field that reports its text after a pause in typing. While it has focus, a new `value` is ignored. */
export function TypedFilter({ label, hint, value, isNarrow = false, hasShortcut = false, onTyped }: TypedFilterProps) {
  const typing = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const latest = useRef(onTyped)
  latest.current = onTyped
  const input = useRef<HTMLInputElement>(null)
  useKeys(hasShortcut ? { '/': () => input.current?.focus() } : {})
  useLayoutEffect(() => {
    const element = input.current
    if (element && element !== document.activeElement) element.value = value
  }, [value])
  return (
    <input
      ref={input}
      type="search"
      class={isNarrow ? 'is-narrow' : undefined}
      placeholder={hasShortcut ? `${hint}  /` : hint}
      aria-label={label}
      defaultValue={value}
      onInput={event => {
        const text = event.currentTarget.value.trim()
        clearTimeout(typing.current)
        typing.current = setTimeout(() => latest.current(text), DEBOUNCE_MS)
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') event.currentTarget.blur()
      }}
    />
  )
}
