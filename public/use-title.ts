import { useEffect } from 'preact/hooks'
import { clean } from '../text/display'

/** Names the document more closely than the kind of page does: of many tabs each is to be found. */
export function useTitle(name: string) {
  useEffect(() => {
    if (name !== '') document.title = `${clean(name)} · Tailrace`
  }, [name])
}
