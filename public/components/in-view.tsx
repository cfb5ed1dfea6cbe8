import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** What is this far out of sight is kept ready. */
const NEAR = '900px'

/** Tells whether a box is in sight or nearly; and how high it was, so that its place stays when its content leaves. */
export function useInView<Box extends HTMLElement>() {
  const box = useRef<Box>(null)
  const isInView = useSignal(true)
  const heightPx = useRef(0)
  useEffect(() => {
    const element = box.current
    if (!element) return
    const observer = new IntersectionObserver(
      ([seen]) => {
        if (!seen) return
        if (!seen.isIntersecting) heightPx.current = seen.boundingClientRect.height
        isInView.value = seen.isIntersecting
      },
      { rootMargin: NEAR },
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return { box, isInView, heightPx }
}

/** What comes next in a list comes by itself when its end is near; the button is for those who do not scroll. */
export function AutoLoadButton({ onLoad, children }: { onLoad(): void; children: ComponentChildren }) {
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (!button.current) return
    const observer = new IntersectionObserver(([seen]) => seen?.isIntersecting && onLoad(), { rootMargin: NEAR })
    observer.observe(button.current)
    return () => observer.disconnect()
  }, [])
  return (
    <button type="button" class="more" ref={button} onClick={onLoad}>
      {children}
    </button>
  )
}
