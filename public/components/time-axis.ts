import type uPlot from 'uplot'
import { formatClock, formatDate, formatUtc } from '../../text/times'

const DAY_SECONDS = 86_400

/**
 * The time axis of a chart: labels in local time, or days, and tooltips in UTC, over the chart that of the value there, over the
 * axis that of the nearest label.
 */
export function timeAxis() {
  let labelled: readonly number[] = []
  const values: uPlot.Axis.DynamicValues = (_plot, times, _axis, _space, step) => {
    labelled = times
    const labels = times.map(time =>
      step < DAY_SECONDS ? formatClock(time * 1_000) : formatDate(time * 1_000).slice(5),
    )
    return labels.map((label, at) => (label === labels[at - 1] ? '' : label)) // several within a minute
  }
  const tooltips: uPlot.Plugin = {
    hooks: {
      ready: plot => {
        const axis = plot.root.querySelector<HTMLElement>('.u-axis') // the first one
        axis?.addEventListener('pointermove', ({ offsetX }) => {
          axis.title = utcOf(nearest(labelled, plot.posToVal(offsetX, 'x')))
        })
      },
      setCursor: ({ over, data, cursor }) => {
        over.title = utcOf(data[0][cursor.idx ?? -1])
      },
    },
  }
  return { values, tooltips }
}

const nearest = (times: readonly number[], to: number) =>
  times.toSorted((a, b) => Math.abs(a - to) - Math.abs(b - to))[0]

/** @param time in seconds since 1970 */
const utcOf = (time: number | undefined) => (time === undefined ? '' : formatUtc(time * 1_000))
