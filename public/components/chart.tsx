import { useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { formatClock, formatDateTime } from '../../text/times'
import { theme } from '../theme'
import { timeAxis } from './time-axis'

export interface Series {
  name: string
  /** Name of a CSS custom property. */
  color: string
  values: ReadonlyArray<number | null>
}

interface ChartProps {
  title: string
  /** A text alternative for screen readers. */
  summary: string
  /** Time of the first value, in milliseconds since 1970. */
  from: number
  stepMs: number
  /** Times of the values, if they are not at equal steps. */
  times?: readonly number[]
  series: Series[]
  /** Of `bars`, which are for counts, and of `areas` the series stand on each other. */
  kind?: 'lines' | 'bars' | 'areas'
  format(value: number): string
  heightPx?: number
}

/** A chart over time. The legend shows the values under the pointer; the charts of a page share their crosshair. */
export function Chart(props: ChartProps) {
  const { title, summary, series, format } = props
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const pointed = useSignal<number | null>(null)
  const shape = `${theme.value} ${series.map(each => each.name).join()}`

  // Before the first paint, so that what is below does not move.
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    plot.current = new uPlot(optionsOf(props, element, pointed), dataOf(props), element)
    const observer = new ResizeObserver(() => {
      plot.current?.setSize({ width: element.clientWidth, height: props.heightPx ?? 130 })
    })
    observer.observe(element)
    return () => {
      observer.disconnect()
      plot.current?.destroy()
    }
  }, [shape])

  useEffect(() => plot.current?.setData(dataOf(props)), [props.from, series])

  const at = pointed.value
  return (
    <figure class="chart">
      <figcaption>
        <b>{title}</b>
        {at !== null && <span>{timeOf(props, at)}</span>}
        {series.map(({ name, color, values }) => {
          const value = at === null ? null : values[at]
          return (
            <span key={name} class="chart-key">
              <i style={{ background: `var(${color})` }} aria-hidden="true" />
              {name}
              {value !== null && value !== undefined && <b>{format(value)}</b>}
            </span>
          )
        })}
      </figcaption>
      <div ref={box} class="chart-plot" role="img" aria-label={summary} />
    </figure>
  )
}

const HOUR_MS = 3_600_000

/** Charts with long steps go back for days. */
const timeOf = (props: ChartProps, at: number) =>
  (props.stepMs < HOUR_MS ? formatClock : formatDateTime)(momentOf(props, at))

const momentOf = ({ from, stepMs, times }: ChartProps, at: number) => times?.[at] ?? from + at * stepMs

const dataOf = (props: ChartProps): uPlot.AlignedData => [
  Array.from({ length: props.series[0]?.values.length ?? 0 }, (_, at) => momentOf(props, at) / 1_000),
  ...(props.kind === 'bars' || props.kind === 'areas' ? stacked(props.series) : props.series).map(({ values }) => [
    ...values,
  ]),
]

/** Each series stands on those after it. The highest comes first, so that the others are drawn in front of it. */
function stacked(series: readonly Series[]): Series[] {
  const upFrom = (first: number, at: number) =>
    series.slice(first).reduce((sum, { values }) => sum + (values[at] ?? 0), 0)
  const isKnown = (at: number) => series.some(({ values }) => values[at] !== null)
  return series.map((each, index) => ({
    ...each,
    values: each.values.map((_, at) => (isKnown(at) ? upFrom(index, at) : null)),
  }))
}

const BARS = uPlot.paths.bars?.({ size: [0.7, 24] }) ?? null

/** Counts have no fractions. */
const WHOLE_STEPS = [1, 2, 5]
  .flatMap(step => Array.from({ length: 8 }, (_, power) => step * 10 ** power))
  .sort((a, b) => a - b)

/** Rounded values may come out alike: a tick that says the same as the one below says nothing. */
const labels = (values: number[], format: (value: number) => string) =>
  values.map(format).map((text, at, all) => (text === all[at - 1] ? '' : text))

const faint = (color: string) => `color-mix(in srgb, ${color} 14%, transparent)`
/** Hides the areas behind it, which are drawn from the ground up. */
const solid = (color: string, ground: string) => `color-mix(in srgb, ${color} 55%, ${ground})`

/** Where the values between gaps are. */
const alone = (values: ArrayLike<number | null | undefined>) =>
  Array.from(values, (value, at) => [value, values[at - 1], values[at + 1]].map(each => each ?? null)).flatMap(
    ([value, before, after], at) => (value !== null && before === null && after === null ? [at] : []),
  )

function optionsOf(
  { series, format, kind = 'lines', heightPx = 130 }: ChartProps,
  element: HTMLElement,
  pointed: { value: number | null },
): uPlot.Options {
  const style = getComputedStyle(element)
  const resolved = (name: string) => resolveColor(element, name)
  const axis = {
    stroke: resolved('--ink-soft'),
    font: `11px ${style.fontFamily}`,
    grid: { stroke: resolved('--line'), width: 1 },
    ticks: { show: false },
  }
  const times = timeAxis()
  return {
    width: element.clientWidth,
    height: heightPx,
    legend: { show: false },
    cursor: { y: false, drag: { setScale: false }, points: { show: kind === 'lines', size: 6 }, sync: { key: 'time' } },
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(1, high * 1.1)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 22,
        values: times.values,
      },
      {
        ...axis,
        size: 52,
        ...(kind === 'bars' && { incrs: WHOLE_STEPS }),
        values: (_plot, values) => labels(values, format),
      },
    ],
    series: [
      {},
      ...series.map(({ name, color }) => ({
        label: name,
        stroke: resolved(color),
        ...(kind === 'bars'
          ? { fill: resolved(color), width: 0, paths: BARS }
          : {
              fill: kind === 'areas' ? solid(resolved(color), resolved('--raised')) : faint(resolved(color)),
              width: 1.5,
            }),
        // A value between gaps has no line, so draw a point.
        points: {
          show: false,
          filter: (plot: uPlot, at: number) => (kind === 'bars' ? null : alone(plot.data[at] ?? [])),
          size: 4,
        },
      })),
    ],
    plugins: [times.tooltips],
    hooks: {
      setCursor: [
        ({ cursor }) => {
          pointed.value = cursor.idx ?? null
        },
      ],
    },
  }
}

/** Canvas supports neither custom properties nor `light-dark()`, so the browser resolves the color first. */
function resolveColor(element: HTMLElement, name: string) {
  const probe = document.createElement('i')
  probe.style.color = `var(${name})`
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
