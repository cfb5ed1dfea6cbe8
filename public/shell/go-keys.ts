import { useRef } from 'preact/hooks'
import { useKeys } from '../keys'
import { listedPages, mayOpen } from '../page-table'
import { navigate } from '../router'

/** The second key must follow within this time. */
const PAUSE_MS = 1_500

/** `g` and then the key of a page opens it. */
export function useGoKeys(): void {
  const pressedAt = useRef(Number.NEGATIVE_INFINITY)
  useKeys({
    g: event => {
      pressedAt.current = event.timeStamp
    },
  })
  useKeys(
    Object.fromEntries(
      listedPages.flatMap(page => (page.key && mayOpen(page) ? [[page.key, () => navigate(page.path)] as const] : [])),
    ),
    {
      isFirst: true,
      when: event => {
        const follows = event.timeStamp - pressedAt.current < PAUSE_MS
        pressedAt.current = Number.NEGATIVE_INFINITY
        return follows
      },
    },
  )
}
