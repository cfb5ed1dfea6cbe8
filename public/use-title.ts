import { useLayoutEffect } from 'preact/hooks'
import { clean } from '../text/display'

/** Sets a more specific document title than that of the page, so that tabs can be told apart. */
export function useTitle(name: string) {
  useLayoutEffect(() => {
    if (name !== '') document.title = `${clean(name)} · Tailrace`
  }, [name])
}
