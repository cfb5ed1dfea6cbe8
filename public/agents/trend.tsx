const WIDTH = 90
const HEIGHT = 18

/** A small line without axes; a hole where nothing was measured. Callers say its last value as text. */
export function Trend({ values, most }: { values: readonly (number | null)[]; most?: number | undefined }) {
  const highest = Math.max(most ?? 0, ...values.map(value => value ?? 0)) || 1
  const step = WIDTH / Math.max(1, values.length - 1)
  let isDrawn = false
  const path = values
    .map((value, at) => {
      if (value === null) {
        isDrawn = false
        return ''
      }
      const point = `${isDrawn ? 'L' : 'M'}${(at * step).toFixed(1)} ${(HEIGHT - 1 - (value / highest) * (HEIGHT - 2)).toFixed(1)}`
      isDrawn = true
      return point
    })
    .join('')
  return (
    <svg class="trend" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={path} />
    </svg>
  )
}
