import { useSignal } from '@preact/signals'
import { useLayoutEffect } from 'preact/hooks'

/** Whether the window meets a media query, such as `(max-width: 620px)`. */
export function useMedia(query: string): boolean {
  const matches = useSignal(matchMedia(query).matches)
  useLayoutEffect(() => {
    const list = matchMedia(query)
    const follow = () => {
      matches.value = list.matches
    }
    list.addEventListener('change', follow)
    return () => list.removeEventListener('change', follow)
  }, [query])
  return matches.value
}
