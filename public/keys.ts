import { useEffect, useRef } from 'preact/hooks'

type Keys = Record<string, (event: KeyboardEvent) => void>

/** Single-key commands; they rest while something is being typed and leave the browser's own shortcuts alone. */
export function useKeys(keys: Keys) {
  const latest = useRef(keys)
  latest.current = keys
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.composedPath()[0])) return
      const act = latest.current[event.key]
      if (!act) return
      event.preventDefault()
      act(event)
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  }, [])
}

/** The innermost target: seen from outside, the SQL editor in its shadow root is a plain box. */
const isTyping = (target: EventTarget | undefined) =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    (/^(input|textarea|select)$/i.test(target.tagName) && target.getAttribute('type') !== 'checkbox'))

/** Enter on a link or button is that element's own. */
export const isOnControl = (event: KeyboardEvent) =>
  event.target instanceof HTMLElement && /^(a|button|summary)$/i.test(event.target.tagName)
