import { useEffect, useRef } from 'preact/hooks'
import { useKeys } from '../keys'

const TYPING_MS = 250

interface TypedFilterProps {
  label: string
  hint: string
  value: string
  isNarrow?: boolean
  /** The key / leads to it: to one filter of a page. */
  hasKey?: boolean
  onTyped(text: string): void
}

/** Its own text while somebody types; the address follows a moment later. */
export function TypedFilter({ label, hint, value, isNarrow = false, hasKey = false, onTyped }: TypedFilterProps) {
  const typing = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const latest = useRef(onTyped)
  latest.current = onTyped
  const input = useRef<HTMLInputElement>(null)
  useKeys(hasKey ? { '/': () => input.current?.focus() } : {})
  useEffect(() => {
    const element = input.current
    if (element && element !== document.activeElement) element.value = value
  }, [value])
  return (
    <input
      ref={input}
      type="search"
      class={isNarrow ? 'is-narrow' : undefined}
      placeholder={hasKey ? `${hint}  /` : hint}
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
