import { useEffect } from 'preact/hooks'

/** Names the document more closely than the kind of page does: of many tabs each is to be found. */
export function useTitle(name: string) {
  useEffect(() => {
    if (name !== '') document.title = `${name} · Tailrace`
  }, [name])
}
