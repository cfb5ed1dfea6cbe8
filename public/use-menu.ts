import { useLayoutEffect, useRef } from 'preact/hooks'
import { route } from './router'

/** A menu in a `<details>`: closes on Escape, on a click elsewhere and when another page opens. */
export function useMenu() {
  const menu = useRef<HTMLDetailsElement>(null)
  const { page } = route.value
  useLayoutEffect(() => {
    const close = () => menu.current?.removeAttribute('open')
    close()
    const onClick = (event: MouseEvent) => {
      const isInside = event.target instanceof Node && menu.current?.contains(event.target)
      const isAction = event.target instanceof Element && event.target.closest('[data-closes-menu]')
      if (!isInside || isAction) close()
    }
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || !menu.current?.open) return
      close()
      menu.current.querySelector('summary')?.focus()
    }
    addEventListener('click', onClick)
    addEventListener('keydown', onKey)
    return () => {
      removeEventListener('click', onClick)
      removeEventListener('keydown', onKey)
    }
  }, [page])
  return menu
}
