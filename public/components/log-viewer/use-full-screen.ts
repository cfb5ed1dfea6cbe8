import { type Signal, useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useLayoutEffect } from 'preact/hooks'
import { useKeys } from '../../keys'

/** Whether a log covers the window. `F` toggles the first log of the page; Escape leaves. */
export function useFullScreen(log: RefObject<HTMLElement | null>): Signal<boolean> {
  const isFull = useSignal(false)
  useKeys({
    F: () => {
      if (isFull.value || log.current === document.querySelector('.log')) isFull.value = !isFull.value
    },
  })
  useLayoutEffect(() => {
    if (!isFull.value) return
    const leave = (event: KeyboardEvent) => {
      // Fields and dialogs have a use for Escape themselves.
      if (event.key !== 'Escape' || event.target instanceof HTMLInputElement) return
      if (!document.querySelector('dialog[open]')) isFull.value = false
    }
    addEventListener('keydown', leave)
    return () => removeEventListener('keydown', leave)
  }, [isFull.value])
  return isFull
}
