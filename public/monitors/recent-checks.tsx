import { recentWords } from './words'

const SHOWN = 30
const STEP = 4
const HEIGHT = 18
/** Failures are higher: color is never the only sign. */
const HEIGHTS: Record<string, number> = { u: 11, d: HEIGHT, '?': 5 }
const CLASSES = { u: 'is-up', d: 'is-down', '?': 'is-unknown' }

/** The latest checks as bars, the newest on the right. @param recent oldest first: `u`, `d` or `?` */
export function RecentChecks({ recent }: { recent: string }) {
  const shown = [...recent.slice(-SHOWN)]
  const from = SHOWN - shown.length
  const pathOf = (letter: string) =>
    shown
      .map((each, at) => {
        const height = HEIGHTS[letter] ?? 0
        return each === letter ? `M${(from + at) * STEP} ${HEIGHT - height}h3v${height}h-3z` : ''
      })
      .join('')
  const words = recentWords(shown.join(''))
  return (
    <svg class="recent" viewBox={`0 0 ${SHOWN * STEP} ${HEIGHT}`} preserveAspectRatio="none" role="img">
      <title>{words}</title>
      {Object.entries(CLASSES).map(([letter, name]) => {
        const path = pathOf(letter)
        return path === '' ? null : <path key={letter} class={name} d={path} />
      })}
    </svg>
  )
}
