import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** Content this close to the viewport counts as in view. */
const MARGIN = '900px'

/** Whether a box is in or near the viewport, and its last height, to reserve its space while it is not rendered. */
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
      { rootMargin: MARGIN },
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return { box, isInView, heightPx }
}

/** Loads more when it comes near the viewport. As a button it also works without scrolling. */
export function AutoLoadButton({ onLoad, children }: { onLoad(): void; children: ComponentChildren }) {
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (!button.current) return
    const observer = new IntersectionObserver(([seen]) => seen?.isIntersecting && onLoad(), { rootMargin: MARGIN })
    observer.observe(button.current)
    return () => observer.disconnect()
  }, [])
  return (
    <button type="button" class="more" ref={button} onClick={onLoad}>
      {children}
    </button>
  )
}
