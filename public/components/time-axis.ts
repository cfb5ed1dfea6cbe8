import type uPlot from 'uplot'
import { formatClock, formatUtc } from '../../text/times'

/**
 * The time axis of a chart: labels in local time, and tooltips in UTC, over the chart that of the value there, over the
 * axis that of the nearest label.
 */
export function timeAxis() {
  let labelled: readonly number[] = []
  const values: uPlot.Axis.DynamicValues = (_plot, times) => {
    labelled = times
    return times.map(time => formatClock(time * 1_000))
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
