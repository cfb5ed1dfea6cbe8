import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { useKeys } from '../keys'
import { matcherText, parseMatcher } from './matcher-text'
import { type LabelValues, type Suggestion, suggestionsFor } from './suggestions'

interface SearchBoxProps {
  q: string
  /** What completions come from. */
  labels: readonly LabelValues[]
  onSearch(q: string): void
  onMatcher(text: string): void
}

const DEBOUNCE_MS = 250

/** Takes words to search for, and matchers such as `team=web`, which Enter turns into filters. */
export function SearchBox({ q, labels, onSearch, onMatcher }: SearchBoxProps) {
  const input = useRef<HTMLInputElement>(null)
  const text = useSignal(q)
  const marked = useSignal(-1)
  const isOpen = useSignal(false)
  const typing = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useKeys({ '/': () => input.current?.focus() })
  useLayoutEffect(() => {
    if (document.activeElement !== input.current) text.value = q
  }, [q])
  const suggestions = isOpen.value ? suggestionsFor(text.value, labels) : []

  const write = (next: string) => {
    text.value = next
    marked.value = -1
    isOpen.value = true
    clearTimeout(typing.current)
    // What may become a matcher is not searched for.
    if (!/[=!]/.test(next)) typing.current = setTimeout(() => onSearch(next.trim()), DEBOUNCE_MS)
  }
  const add = (matcher: string) => {
    clearTimeout(typing.current)
    text.value = ''
    isOpen.value = false
    onMatcher(matcher)
  }
  const choose = (suggestion: Suggestion) => {
    if (suggestion.isWhole) add(suggestion.text)
    else write(suggestion.text)
    input.current?.focus()
  }
  const enter = () => {
    const suggestion = suggestions[marked.value]
    if (suggestion) return choose(suggestion)
    const matcher = parseMatcher(text.value)
    if (matcher) return add(matcherText(matcher))
    clearTimeout(typing.current)
    isOpen.value = false
    onSearch(text.value.trim())
  }
  const keys: Record<string, () => void> = {
    Enter: enter,
    ArrowDown: () => (marked.value = Math.min(suggestions.length - 1, marked.value + 1)),
    ArrowUp: () => (marked.value = Math.max(-1, marked.value - 1)),
    Escape: () => {
      if (suggestions.length === 0) input.current?.blur()
      isOpen.value = false
    },
  }
  return (
    <div class="matcher-search">
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label="Search alerts"
        aria-autocomplete="list"
        aria-expanded={suggestions.length > 0}
        aria-controls="alert-suggestions"
        aria-activedescendant={marked.value >= 0 ? `alert-suggestion-${marked.value}` : undefined}
        placeholder={'Search, or severity="critical"  /'}
        spellcheck={false}
        autocomplete="off"
        value={text.value}
        onInput={event => write(event.currentTarget.value)}
        onBlur={() => (isOpen.value = false)}
        onKeyDown={event => {
          const act = keys[event.key]
          if (!act) return
          event.preventDefault()
          act()
        }}
      />
      <div
        id="alert-suggestions"
        class="suggestions"
        role="listbox"
        aria-label="Completions"
        hidden={suggestions.length === 0}
      >
        {suggestions.map((suggestion, at) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus and names the active option (ARIA combobox)
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field answers the keys
          <div
            key={suggestion.text}
            id={`alert-suggestion-${at}`}
            class="suggestion"
            role="option"
            aria-selected={at === marked.value}
            onPointerDown={event => event.preventDefault()} // the field keeps the focus
            onClick={() => choose(suggestion)}
          >
            <code>{suggestion.text}</code>
            <span class="hint">{suggestion.note}</span>
          </div>
        ))}
      </div>
    </div>
  )
}
