import { CONTAINER_GAUGES, HOST_GAUGES } from '../../contract/values'

/** Columns of the table of samples, in their order. */
export const GAUGES = [...new Set([...HOST_GAUGES, ...CONTAINER_GAUGES])]
export type Gauge = (typeof GAUGES)[number]

/** Columns of the tables of sums: how they are computed from samples, and from finer sums. */
const SUMS = {
  sum: { ofSamples: (gauge: Gauge) => `sum(${gauge}::float8)`, ofSums: (gauge: Gauge) => `sum(${gauge}_sum)` },
  min: { ofSamples: (gauge: Gauge) => `min(${gauge})`, ofSums: (gauge: Gauge) => `min(${gauge}_min)` },
  max: { ofSamples: (gauge: Gauge) => `max(${gauge})`, ofSums: (gauge: Gauge) => `max(${gauge}_max)` },
  count: {
    // null like the others if there are none, which takes no space
    ofSamples: (gauge: Gauge) => `nullif(count(${gauge}), 0)::smallint`,
    ofSums: (gauge: Gauge) => `sum(${gauge}_count)::smallint`,
  },
}

/** For each gauge and each of its sums. */
const each = (gauges: readonly Gauge[], column: (gauge: Gauge, sum: keyof typeof SUMS) => string) =>
  Object.keys(SUMS)
    .flatMap(sum => gauges.map(gauge => column(gauge, sum as keyof typeof SUMS)))
    .join(', ')

export const sumColumns = (gauges: readonly Gauge[] = GAUGES) => each(gauges, (gauge, sum) => `${gauge}_${sum}`)
export const sumsOfSamples = (gauges: readonly Gauge[] = GAUGES) =>
  each(gauges, (gauge, sum) => `${SUMS[sum].ofSamples(gauge)} AS ${gauge}_${sum}`)
export const sumsOfSums = (gauges: readonly Gauge[] = GAUGES) =>
  each(gauges, (gauge, sum) => `${SUMS[sum].ofSums(gauge)} AS ${gauge}_${sum}`)
export const replacedSums = () => each(GAUGES, (gauge, sum) => `${gauge}_${sum} = excluded.${gauge}_${sum}`)
