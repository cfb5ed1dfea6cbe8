import { useEffect, useRef } from 'preact/hooks'

type Keys = Record<string, (event: KeyboardEvent) => void>

/** Single-key shortcuts. They are off while the user types, and leave the browser's own shortcuts alone. */
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

/** Takes the innermost target: events from within the editor's shadow root have its host element as their target. */
const isTyping = (target: EventTarget | undefined) =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    (/^(input|textarea|select)$/i.test(target.tagName) && target.getAttribute('type') !== 'checkbox'))

/** Whether Enter would activate the focused link or button itself. */
export const isOnControl = (event: KeyboardEvent) =>
  event.target instanceof HTMLElement && /^(a|button|summary)$/i.test(event.target.tagName)
