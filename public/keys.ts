import { useLayoutEffect, useRef } from 'preact/hooks'

type Keys = Record<string, (event: KeyboardEvent) => void>

interface KeyOptions {
  /** With Ctrl (Command on a Mac), and also while something is being typed. */
  withControl?: boolean
  /** Asked once per key that is pressed; the keys count only if it agrees, and then for no one else. */
  when?(event: KeyboardEvent): boolean
  /** Asked before the other keys of the page. */
  isFirst?: boolean
}

/** Single-key shortcuts. They are off while the user types, and leave the browser's own shortcuts alone. */
export function useKeys(keys: Keys, options: KeyOptions = {}) {
  const latest = useRef({ keys, options })
  latest.current = { keys, options }
  const { isFirst = false } = options
  // Before the next paint: whoever sees the page may press a key at once.
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const { keys, options } = latest.current
      if (!isMeant(event, options)) return
      const act = keys[event.key]
      if (!act) return
      event.preventDefault()
      if (options.when) event.stopImmediatePropagation()
      act(event)
    }
    addEventListener('keydown', pressed, isFirst)
    return () => removeEventListener('keydown', pressed, isFirst)
  }, [isFirst])
}

function isMeant(event: KeyboardEvent, { withControl = false, when }: KeyOptions): boolean {
  if (event.altKey || (event.ctrlKey || event.metaKey) !== withControl) return false
  if (!withControl && isTyping(event.composedPath()[0])) return false
  return when === undefined || when(event)
}

/** Takes the innermost target: events from within the editor's shadow root have its host element as their target. */
const isTyping = (target: EventTarget | undefined) =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    (/^(input|textarea|select)$/i.test(target.tagName) && target.getAttribute('type') !== 'checkbox'))

/** Whether Enter would activate the focused link or button itself. */
export const isOnControl = (event: KeyboardEvent) =>
  event.target instanceof HTMLElement && /^(a|button|summary)$/i.test(event.target.tagName)
