interface SparklineProps {
  good: number[]
  bad: number[]
}

const HEIGHT = 18
const STEPS = 30

/** Stacked bars over time, failures on top. Callers provide a text alternative. */
export function Sparkline({ good, bad }: SparklineProps) {
  const per = Math.max(1, Math.ceil(good.length / STEPS))
  const bars = Array.from({ length: Math.ceil(good.length / per) }, (_, at) => ({
    good: sum(good.slice(at * per, (at + 1) * per)),
    bad: sum(bad.slice(at * per, (at + 1) * per)),
  }))
  const most = Math.max(1, ...bars.map(bar => bar.good + bar.bad))
  const size = (count: number) => (count === 0 ? 0 : Math.max(1, (count / most) * HEIGHT))
  return (
    <svg class="sparkline" viewBox={`0 0 ${bars.length * 4} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {bars.map((bar, at) => (
        <g key={at}>
          <rect class="spark-good" x={at * 4} width={3} y={HEIGHT - size(bar.good)} height={size(bar.good)} />
          <rect
            class="spark-bad"
            x={at * 4}
            width={3}
            y={Math.max(0, HEIGHT - size(bar.good) - size(bar.bad))}
            height={size(bar.bad)}
          />
        </g>
      ))}
    </svg>
  )
}

const sum = (counts: number[]) => counts.reduce((all, count) => all + count, 0)
