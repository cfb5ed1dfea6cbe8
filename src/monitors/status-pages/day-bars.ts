import { counted } from '../../../text/numbers'
import { formatUptime } from './page-text'
import type { PublicMonitor } from './public-status'

const STEP = 4
const WIDTH = 3
const HEIGHT = 32
/** Days with outages stand out by height as well as by color. */
const TOPS = { good: 6, fair: 0, poor: 0, none: 26 }
/** The least uptime of a day that is not poor. */
const FAIR_PERCENT = 99

type Day = PublicMonitor['days'][number]

/** A bar for each day, as SVG that needs no script. Its classes are in `page-style.ts`. */
export function dayBars({ days }: PublicMonitor): string {
  const bars = days.map((day, i) => {
    const level = levelOf(day)
    const shape = `M${i * STEP} ${TOPS[level]}h${WIDTH}v${HEIGHT - TOPS[level]}h-${WIDTH}z`
    return `<path class="${level}" d="${shape}"><title>${titleOf(day)}</title></path>`
  })
  const box = `0 0 ${days.length * STEP - (STEP - WIDTH)} ${HEIGHT}`
  return `<svg class="bars" role="img" aria-label="${summaryOf(days)}" viewBox="${box}" preserveAspectRatio="none">${bars.join('')}</svg>`
}

function levelOf({ uptime_percent: percent }: Day): keyof typeof TOPS {
  if (percent === null) return 'none'
  if (percent === 100) return 'good'
  return percent >= FAIR_PERCENT ? 'fair' : 'poor'
}

const titleOf = ({ date, uptime_percent: percent }: Day) =>
  `${date}: ${percent === null ? 'no data' : `${formatUptime(percent)} up`}`

function summaryOf(days: readonly Day[]): string {
  const known = days.filter(day => day.uptime_percent !== null)
  const bad = known.filter(day => day.uptime_percent !== 100)
  return `${counted(bad.length, 'day')} with outages among ${counted(known.length, 'day')} with data`
}
